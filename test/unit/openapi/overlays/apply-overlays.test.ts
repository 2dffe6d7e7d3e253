import { describe, expect, test } from 'vitest'
import { after, applied, faultOf, overlay } from './applied-overlays.js'

describe('an update', () => {
  test('is merged into objects, at any depth; single values are replaced, lists go on', () => {
    const document = {
      info: { title: 'a', contact: { name: 'n' } },
      tags: [1],
      left: { as: 'it is' },
    }
    const update = { info: { title: 'b', contact: { url: 'u' } }, tags: [2], 'x-new': { c: [] } }
    expect(after(document, { target: '$', update })).toEqual({
      info: { title: 'b', contact: { name: 'n', url: 'u' } },
      tags: [1, 2],
      left: { as: 'it is' },
      'x-new': { c: [] },
    })
  })

  test('of a list adds a single entry, and in 1.1 all entries of a list', () => {
    expect(after({ tags: ['a'] }, { target: '$.tags', update: 'b' })).toEqual({ tags: ['a', 'b'] })
    expect(after({ tags: ['a'] }, { target: '$.tags', update: ['b', 'c'] })).toEqual({
      tags: ['a', 'b', 'c'],
    })
    expect(faultOf({ tags: [] }, { target: '$.tags', update: ['b'] }, '1.0.0').message).toBe(
      'The action adds a list as one entry to a list',
    )
  })

  test('reaches every node that is selected', () => {
    const document = { paths: { '/a': { get: {} }, '/b': { get: { x: 1 }, put: {} } } }
    expect(after(document, { target: '$.paths.*.get', update: { 'x-safe': true } })).toEqual({
      paths: {
        '/a': { get: { 'x-safe': true } },
        '/b': { get: { x: 1, 'x-safe': true }, put: {} },
      },
    })
  })

  test('reaches nodes within each other', () => {
    const document = { a: { n: 1, a: { n: 2 } } }
    expect(after(document, { target: '$..a', update: { m: 0 } })).toEqual({
      a: { n: 1, m: 0, a: { n: 2, m: 0 } },
    })
  })

  test('replaces single values in 1.1, and in 1.0 the object around them has to be selected', () => {
    const action = { target: '$.info.title', update: 'b' }
    expect(after({ info: { title: 'a' } }, action)).toEqual({ info: { title: 'b' } })
    const { root, message, cure } = faultOf({ info: { title: 'a' } }, action, '1.0.0')
    expect(root).toBeUndefined()
    expect(message).toContain('#/info/title, which version 1.0 does not allow')
    expect(cure).toContain('Select the object around it')
  })
})

describe('remove', () => {
  test('takes members out of objects and entries out of lists, several at once', () => {
    const document = { list: ['a', 'b', 'c', 'd'], gone: 1, left: 2 }
    const actions = [
      { target: '$.list[0, 2]', remove: true },
      { target: '$.gone', remove: true },
    ]
    expect(after(document, ...actions)).toEqual({ list: ['b', 'd'], left: 2 })
  })

  test('wins over an update, and what was removed can be made again', () => {
    const document = { servers: [{ url: 'a' }] }
    const actions = [
      { target: '$.servers', remove: true, update: { url: 'x' } },
      { target: '$', update: { servers: [{ url: 'b' }] } },
    ]
    expect(after(document, ...actions)).toEqual({ servers: [{ url: 'b' }] })
    expect(after(document, ...actions.toReversed())).toEqual({})
  })

  test('does not take the whole document', () => {
    expect(faultOf({ a: 1 }, { target: '$', remove: true }).message).toBe(
      'The action removes the whole document',
    )
  })
})

describe('copy', () => {
  test('merges one node into those that are selected, each of which can change alone later', () => {
    const document = { paths: { '/a': { get: { x: 1 } }, '/b': {}, '/c': {} } }
    const actions = [
      { target: "$.paths['/b', '/c']", copy: "$.paths['/a']" },
      { target: "$.paths['/b'].get", update: { y: 2 } },
    ]
    expect(after(document, ...actions)).toEqual({
      paths: { '/a': { get: { x: 1 } }, '/b': { get: { x: 1, y: 2 } }, '/c': { get: { x: 1 } } },
    })
  })

  test('needs exactly one source, and version 1.1', () => {
    const action = { target: '$.a', copy: '$.b' }
    expect(faultOf({ a: {} }, action).message).toContain('copy selects nothing')
    expect(faultOf({ a: {}, b: [1, 2] }, { ...action, copy: '$.b[*]' }).message).toContain(
      'several',
    )
    expect(faultOf({ a: {}, b: {} }, action, '1.0.0').message).toContain('no place for copy')
  })
})

describe('an action that cannot be applied is a fault, and there is no document', () => {
  test.for([
    [
      'another kind',
      { target: '$.a', update: ['x'] },
      'a list cannot be merged into an object, which is at #/a',
    ],
    [
      'another kind deeper',
      { target: '$', update: { l: { m: 1 } } },
      'an object cannot be merged into a list, which is at #/l',
    ],
    ['several kinds at once', { target: '$.*', update: { m: 1 } }, 'different kinds'],
    ['no JSONPath', { target: '$.[', update: {} }, 'is no JSONPath expression'],
    [
      'no expression',
      { target: '#/a', update: {} },
      'target of the action is no JSONPath expression',
    ],
    ['no change', { target: '$.a' }, 'The action says no change'],
    ['remove of another type', { target: '$.a', remove: 'yes' }, 'not true or false'],
    ['two changes', { target: '$.a', update: {}, copy: '$.l' }, 'has update and copy'],
    ['an unknown member', { target: '$.a', update: {}, udpate: 1 }, 'no place for udpate'],
  ] as const)('%s', ([, action, message]) => {
    const result = faultOf({ a: {}, l: [] }, action)
    expect(result.root).toBeUndefined()
    expect(result.message).toContain(message)
  })

  test.for([
    ['another version', { overlay: '2.0.0', info: { title: '', version: '' }, actions: [] }],
    ['no version', { openapi: '3.1.0' }],
    ['no actions', { overlay: '1.0.0', info: { title: '', version: '' }, actions: [] }],
    ['no info', { overlay: '1.0.0', actions: [{ target: '$.a', remove: true }] }],
    ['a list', []],
  ] as const)('an overlay with %s', ([, document]) => {
    const { root, faults } = applied({ a: 1 }, { name: 'o', document })
    expect(root).toBeUndefined()
    expect(faults[0]).toMatchObject({ code: 'overlay', severity: 'fault', source: 'o' })
  })
})

const YAML = `openapi: 3.1.0
info:
  title: T
paths:
  /a:
    get: {}
  /b:
    get: {}
`
const YAML_OVERLAY = `overlay: 1.1.0
info: { title: t, version: '1' }
actions:
  - target: $.paths['/a']
    remove: true
  - target: $.nothing
    remove: true
  - target: $.paths
    update:
      /c: { get: {} }
`

test('an action that selects nothing is a warning with its file, pointer and line', () => {
  const { root, faults } = applied(YAML, { name: 'overlay.yaml', document: YAML_OVERLAY })
  expect(root).toBeDefined()
  expect(faults).toEqual([
    expect.objectContaining({
      ...{ code: 'overlay', severity: 'warning', source: 'overlay.yaml', line: 6 },
      ...{ pointer: '#/actions/1', message: 'The action selects nothing: $.nothing' },
    }),
  ])
})

test('places have the lines of the document, or the action that put them there', () => {
  const { linesOf, placeOf } = applied(YAML, { name: 'overlay.yaml', document: YAML_OVERLAY })
  expect(linesOf(['#/paths/~1b/get', '#/paths/~1c/get'])).toEqual(new Map([['#/paths/~1b/get', 8]]))
  expect(placeOf?.('#/paths/~1c/get')).toMatchObject({ source: 'overlay.yaml', line: 8 })
  expect(placeOf?.('#/paths/~1b/get')).toBeUndefined()
})

test('entries of a list keep their lines when others are removed', () => {
  const document = 'tags:\n  - a\n  - b\n  - c\n'
  const actions = [
    { target: '$.tags[0]', remove: true },
    { target: '$.tags', update: 'd' },
  ]
  const { linesOf, placeOf } = applied(document, overlay(actions))
  expect([...linesOf(['#/tags/0', '#/tags/1', '#/tags/2']).values()]).toEqual([3, 4])
  expect(placeOf?.('#/tags/2')).toMatchObject({ pointer: '#/actions/1' })
})
