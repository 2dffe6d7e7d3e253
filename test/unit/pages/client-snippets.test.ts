import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { clientSnippets } from '../../../src/pages/client-snippets.js'

const PUBLIC = new URL('https://mcp.example/mcp')

describe('the snippets for clients', () => {
  test('the snippets for clients hold the URL as it is where a shell reads nothing into it', () => {
    const snippets = clientSnippets(PUBLIC, 'orders')
    expect(snippets.claudeCode).toBe(
      'claude mcp add --transport http orders https://mcp.example/mcp',
    )
    expect(snippets.curlChallenge).toBe('curl -i https://mcp.example/mcp')
  })

  test.each([
    "https://mcp.example/it's/mcp",
    'https://mcp.example/$(touch%20x)/mcp',
    'https://mcp.example/a;b&c/mcp',
    'https://mcp.example/a`b`!/mcp',
    'https://mcp.example/*?a=[b]',
  ])('the snippets for clients quote %s so that a shell hands on exactly that', (address) => {
    const endpoint = new URL(address)
    const { curlChallenge, curlListTools, claudeCode, inspector } = clientSnippets(endpoint, 'x')
    for (const command of [curlChallenge, curlListTools, claudeCode, inspector]) {
      // Every word on a line of its own, in place of the command.
      const script = `set -- ${command}\nprintf '%s\\n' "$@"`
      const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n')
      expect(words).toContain(endpoint.href)
    }
  })

  test('the snippets for clients tell the bridge that plain http is meant, beyond this machine alone', () => {
    const argumentsFor = (address: string): unknown =>
      JSON.parse(clientSnippets(new URL(address), 'x').claudeDesktop)
    const over = (...rest: string[]) => ({
      mcpServers: { x: { command: 'npx', args: ['-y', 'mcp-remote', ...rest] } },
    })
    expect(argumentsFor('http://mcp.test/mcp')).toEqual(over('http://mcp.test/mcp', '--allow-http'))
    expect(argumentsFor('http://localhost:1/mcp')).toEqual(over('http://localhost:1/mcp'))
    expect(argumentsFor('https://mcp.test/mcp')).toEqual(over('https://mcp.test/mcp'))
  })

  test.each([
    ['Acme Orders (EU)', 'Acme-Orders-EU'],
    ['a_b-c', 'a_b-c'],
    ['数据', 'mcp-server'],
    ['"; rm -rf /', 'rm-rf'],
  ])('the snippets for clients call the server %s by a name that clients take', (name, key) => {
    const { claudeCode, vsCode } = clientSnippets(PUBLIC, name)
    expect(claudeCode.split(' ')[5]).toBe(key)
    expect(JSON.parse(vsCode)).toEqual({ servers: { [key]: { type: 'http', url: PUBLIC.href } } })
  })
})
