import { describe, expect, test } from 'vitest'
import { clientGuides } from '../../../src/pages/client-guides.js'

const guidesAt = (endpoint: string, tokenCommand?: string) =>
  clientGuides({ endpoint: new URL(endpoint), name: 'x', tokenCommand })

describe('the order of the clients on the page at /', () => {
  test.each(['http://localhost:3001/mcp', 'http://127.0.0.1:3001/mcp', 'http://[::1]:3001/mcp'])(
    '[B4] the order of the clients on the page at / at %s, clients that reach this machine come first, and Claude, which cannot, comes last',
    (endpoint) => {
      const guides = guidesAt(endpoint)
      expect(guides.map(({ client }) => client)).toEqual([
        ...['Claude Code', 'VS Code', 'MCP Inspector', 'curl', 'Claude Desktop', 'Claude'],
      ])
      expect(guides.at(-1)?.steps[0]?.how.toString()).toContain('cannot reach this address')
    },
  )

  test('[B4] the order of the clients on the page at / at a public address, Claude comes first, as a server to be reached from the internet', () => {
    const guides = guidesAt('https://mcp.example.com/mcp')
    expect(guides.map(({ client }) => client)).toEqual([
      ...['Claude', 'Claude Desktop', 'Claude Code', 'VS Code', 'MCP Inspector', 'curl'],
    ])
  })
})

describe('the steps for curl', () => {
  const stepsFor = (tokenCommand?: string): readonly string[] =>
    guidesAt('http://localhost:3001/mcp', tokenCommand)
      .filter(({ id }) => id === 'curl')
      .flatMap(({ steps }) => steps.map(({ snippet }) => snippet))

  test('[B5] the steps for curl have the line that gets a token in front of the call that needs one, where there is such a line', () => {
    const steps = stepsFor('TOKEN=$(give-me-one)')
    expect(steps[1]).toBe('TOKEN=$(give-me-one)')
    expect(steps[2]).toContain('Bearer $TOKEN')
  })

  test('[B5] the steps for curl say nothing about getting a token where there is no line for it', () => {
    const steps = stepsFor()
    expect(steps).toHaveLength(2)
    expect(steps[1]).toContain('Bearer $TOKEN')
  })
})
