import { createApp, createToolRegistry, defineTool, type Tool } from 'mcp-on-behalf-of/server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Secret } from '../../../src/secret.js'
import { thrownBy } from '../outcomes.js'

const GOOD: Tool = {
  name: 'my_notes',
  title: 'My notes',
  description: 'Lists the notes of the signed-in user.',
  inputSchema: z.object({}),
  outputSchema: z.object({}),
  requiredScopes: ['note:read'],
  downstream: { api: 'api', scopes: ['read:private'] },
  annotations: { readOnlyHint: true },
  toText: () => '',
  handler: () => ({}),
}

const SERVER = {
  endpoint: new URL('http://localhost:3001/mcp'),
  issuer: 'https://issuer.example/',
  client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
  apis: { api: { audience: 'https://api.example/', baseUrl: new URL('https://api.example/') } },
}

/** What is wrong with a tool as a program in JavaScript may write it. */
function issues(use: (tool: Tool) => unknown, change: object): readonly string[] {
  const error = thrownBy(() => use({ ...GOOD, ...change }))
  expect(error).toBeInstanceOf(TypeError)
  return (error as TypeError).message.split('\n').slice(1)
}

const inApp = (tool: Tool) => createApp({ ...SERVER, tools: [tool] })

describe('a tool of the standalone server', () => {
  test('defineTool returns the tool itself', () => {
    expect(defineTool(GOOD as never)).toBe(GOOD)
  })

  test.each([
    ['defineTool', 'tool', (tool: Tool) => defineTool(tool as never)],
    ['createApp', 'tools.0', inApp],
  ] as const)('%s refuses a tool with the wrong members, and names each', (_name, place, use) => {
    expect(issues(use, { handler: undefined, handlr: () => ({}), icons: [] })).toEqual([
      `  - ${place} ("my_notes").handler: must be a function`,
      `  - ${place} ("my_notes"): has unknown members: "handlr" (did you mean "handler"?), "icons"`,
    ])
    expect(issues(use, { downstream: { api: 'api', scopes: [], stepup: [] } })).toEqual([
      `  - ${place} ("my_notes").downstream: has an unknown member: "stepup" (did you mean "stepUp"?)`,
    ])
    expect(
      issues(use, { title: 5, inputSchema: {}, requiredScopes: ['a b', 5], toText: undefined }),
    ).toEqual([
      `  - ${place} ("my_notes").title: must be a text`,
      `  - ${place} ("my_notes").inputSchema: must be a schema with JSON Schema, such as z.object({})`,
      `  - ${place} ("my_notes").requiredScopes.0: must be one scope, without spaces, quotes or backslashes`,
      `  - ${place} ("my_notes").requiredScopes.1: must be a scope`,
      `  - ${place} ("my_notes").toText: must be a function`,
    ])
  })

  test('a tool without a name is found by its place in the list', () => {
    expect(issues(inApp, { name: '' })).toEqual(['  - tools.0.name: must be the name of the tool'])
  })

  test('createToolRegistry refuses what looks misspelt, a handler too, and takes other members', () => {
    const registry = (tool: Tool) => createToolRegistry([tool])
    expect(issues(registry, { handlr: () => ({}) })).toEqual([
      '  - tools.0 ("my_notes"): has an unknown member: "handlr" (did you mean "handler"?)',
    ])
    expect(createToolRegistry([{ name: 'a', requiredScopes: [], icons: [] }]).tools).toHaveLength(1)
  })
})

describe('a tool through which others are called', () => {
  const CALLS = {
    ...{ callsTools: ['other'], requiredScopes: [] },
    ...{ downstream: undefined, outputSchema: undefined, toText: undefined },
  }
  const use = (tool: Tool) => defineTool(tool as never)

  test('is a tool without an API', () => {
    expect(use({ ...GOOD, ...CALLS } as never)).toMatchObject({ callsTools: ['other'] })
  })

  test.each([
    ['public', true, 'other tools are called through it as the signed-in user'],
    ['confirm', true, 'the tools that are called through it ask for themselves'],
    ['confirm', { operation: 'GET /' }, 'the tools that are called through it ask for themselves'],
  ])('cannot have %s: %j', (member, value, why) => {
    expect(issues(use, { ...CALLS, [member]: value })).toEqual([
      `  - tool ("my_notes").${member}: must be left out: ${why}`,
    ])
  })
})
