import { expect, test } from 'vitest'
import { z } from 'zod'
import { requiredTools } from '../../../src/server/tool-changes.js'
import { ToolHistory } from '../../../src/server/tool-history.js'
import type { Tool } from '../../../src/tools/tool.js'

/** Tools of these names, each with one scope. */
const tools = (scopes: Readonly<Record<string, string>>) =>
  requiredTools(
    {
      tools: Object.entries(scopes).map(([name, scope]): Tool => ({
        ...{ name, title: name, description: name, inputSchema: z.object({}) },
        ...{ outputSchema: z.object({}), toText: () => '', handler: () => Promise.resolve({}) },
        requiredScopes: [scope],
      })),
    },
    [],
    [],
  )

const weaker = (history: ToolHistory, scopes: Readonly<Record<string, string>>) =>
  history.changesTo(tools(scopes)).weaker.map(({ tool }) => tool)

test('tools that went away are compared with when they come back, up to a number', () => {
  const history = new ToolHistory(tools({ a: 'x', b: 'x', c: 'x' }), 2)
  history.replace(tools({ b: 'x', c: 'x' }))
  history.replace(tools({ c: 'x' }))
  expect(weaker(history, { a: 'y', b: 'y' })).toEqual(['a', 'b'])
  history.replace(tools({}))
  expect(weaker(history, { a: 'y', b: 'y', c: 'y' })).toEqual(['b', 'c'])
})

test('a tool that came back is compared with what it was then', () => {
  const history = new ToolHistory(tools({ a: 'x' }))
  history.replace(tools({}))
  history.replace(tools({ a: 'y' }))
  history.replace(tools({}))
  expect(weaker(history, { a: 'y' })).toEqual([])
  expect(weaker(history, { a: 'x' })).toEqual(['a'])
})
