import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createToolRegistry } from '../../../src/tools/registry.js'
import { greet } from '../../../src/tools/greet.js'
import type { ToolRequirements } from '../../../src/tools/tool.js'
import { whoami } from '../../../src/tools/whoami.js'
import { asOnBehalfOfError } from '../../../src/failures/errors.js'
import { thrownBy } from '../outcomes.js'

const tool = (name: string, ...requiredScopes: string[]): ToolRequirements => ({
  name,
  requiredScopes,
})

/** The lines of the `TypeError` that refuses the tools, without its heading. */
function issuesOf(tools: readonly ToolRequirements[]): readonly string[] {
  const thrown = thrownBy(() => createToolRegistry(tools))
  expect(thrown).toBeInstanceOf(TypeError)
  const [heading, ...issues] = (thrown as TypeError).message.split('\n')
  expect(heading).toBe('createToolRegistry() was given unusable options:')
  return issues
}

describe('createToolRegistry', () => {
  test('createToolRegistry lists the tools by name, in whatever order they came', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }))
    fc.assert(
      fc.property(names, (given) => {
        const registry = createToolRegistry(given.map((name) => tool(name)))
        expect(registry.tools.map(({ name }) => name)).toEqual([...given].sort())
      }),
    )
  })

  test('createToolRegistry finds every tool by its exact name', () => {
    const registry = createToolRegistry([whoami, greet])
    expect(registry.find('greet')).toBe(greet)
    expect(registry.find('whoami')).toBe(whoami)
  })

  test.each(['Greet', 'greet ', '', 'toString', '__proto__', 'constructor'])(
    'createToolRegistry finds nothing under %j',
    (name) => {
      expect(createToolRegistry([whoami, greet]).find(name)).toBeUndefined()
    },
  )

  test('createToolRegistry finds a tool that is named like a member of every object', () => {
    const odd = tool('__proto__', 'a')
    expect(createToolRegistry([odd]).find('__proto__')).toBe(odd)
  })

  test('createToolRegistry refuses a name given twice, also for the same tool, and says which one and what to do', () => {
    expect(issuesOf([greet, whoami, greet])).toEqual([
      '  - tools.2 ("greet").name: "greet" is given twice: rename one of the tools, or leave it out',
    ])
  })

  test.each(['two words', '', 'quo"te', 'back\\slash', 'sc\u00f6pe'])(
    'createToolRegistry refuses %j, which is no scope, of the server as well as of the API, and names the tool',
    (scope) => {
      const fault = 'must be one scope, without spaces, quotes or backslashes'
      expect(issuesOf([tool('ours', 'good', scope)])).toEqual([
        `  - tools.0 ("ours").requiredScopes.1: ${fault}`,
      ])
      for (const member of ['scopes', 'stepUp']) {
        const downstream = { api: 'api', scopes: ['good'], [member]: ['good', scope] }
        expect(issuesOf([greet, { ...tool('apis'), downstream }])).toEqual([
          `  - tools.1 ("apis").downstream.${member}.1: ${fault}`,
        ])
      }
    },
  )

  test('createToolRegistry names all that is wrong with its tools at once', () => {
    expect(issuesOf([greet, greet, tool('a', 'two words')])).toHaveLength(2)
  })

  test('createToolRegistry tells a client nothing of its tools where a request creates it', () => {
    const thrown = thrownBy(() => createToolRegistry([greet, greet]))
    const { code, message } = asOnBehalfOfError(thrown)
    expect(code).toBe('internal_error')
    expect(message).not.toMatch(/greet|tool/i)
  })

  test('createToolRegistry does not change the list it was given', () => {
    const given = [whoami, greet]
    createToolRegistry(given)
    expect(given).toEqual([whoami, greet])
  })
})
