import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readOpenApi } from '../../../../src/openapi/read-openapi.js'
import { EXAMPLES } from '../readings.js'
import { applied, overlay, type Action } from './applied-overlays.js'

const FOLDER = join(EXAMPLES, '3.0/json')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))

type Paths = Readonly<Record<string, Readonly<Record<string, unknown>>>>
type Root = Readonly<Record<string, unknown>> & { readonly paths?: Paths }

const documentOf = (name: string): Root => parse(readFileSync(join(FOLDER, name), 'utf8')) as Root

/** What is left of a document that a list of actions is applied to, and what was said of it. */
function changed(document: Root, ...actions: readonly Action[]) {
  const { root, faults } = applied(document, overlay(actions))
  return { root: root as Root | undefined, faults: faults.map(({ severity }) => severity) }
}

const methodsOf = ({ paths = {} }: Root): readonly string[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((member) => `${member} ${path}`),
  )

describe.each(FILES)('an overlay of the real document %s', (name) => {
  const document = documentOf(name)

  test('takes all members of a kind away by a wildcard, and nothing else', () => {
    const { root } = changed(document, { target: '$.paths.*.get', remove: true })
    const kept = methodsOf(document).filter((one) => !one.startsWith('get '))
    expect(root === undefined ? undefined : methodsOf(root)).toEqual(kept)
    expect({ ...root, paths: {} }).toEqual({ ...document, paths: {} })
  })

  test('reaches every description by recursive descent, and leaves a document that can be read', () => {
    const { root } = changed(document, { target: '$..description', remove: true })
    expect(JSON.stringify(root)).not.toMatch(/"description":"/)
    const read = (given: object) =>
      readOpenApi(given, { name }).operations.map(({ method, path }) => `${method} ${path}`)
    expect(read(root ?? {})).toEqual(read(document))
  })

  test('adds a member and takes it away again, in this order and not in the other', () => {
    const add = { target: '$.info', update: { 'x-added': [1] } }
    const remove = { target: "$.info['x-added']", remove: true }
    expect(changed(document, add, remove)).toEqual({ root: document, faults: [] })
    const { root, faults } = changed(document, remove, add)
    expect(root?.['info']).toMatchObject({ 'x-added': [1] })
    expect(faults).toEqual(['warning'])
  })
})
