import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { hostEntry } from '../../../src/http/host-entry.js'

const issueOf = (value: string): string | undefined =>
  hostEntry.safeParse(value).error?.issues[0]?.message

describe('an entry of a list of hosts', () => {
  test.each([
    'mcp.internal',
    'mcp.internal:3001',
    'mcp_server:3001',
    'LOCALHOST',
    '10.0.0.5:3001',
    '[::1]',
    '[fd00::1]:3001',
    'xn--bcher-kva.example',
    'mcp.example.com.',
  ])('an entry of a list of hosts may be %s', (value) => {
    expect(issueOf(value)).toBeUndefined()
  })

  test.each([
    ['a.example.com,b.example.com', /without commas/],
    ['a.example.com;b.example.com', /without commas/],
    ['*', /without a wildcard/],
    ['*.ngrok-free.app', /without a wildcard/],
    ['https://mcp.internal', /no URL/],
    ['mcp.internal/', /no URL/],
    ['user@mcp.internal', /no URL/],
    ['::1', /brackets/],
    ['fd00::1', /brackets/],
    ['mcp.internal:', /host or host:port/],
    ['mcp.internal:99999', /host or host:port/],
    ['mcp.internal:x', /host or host:port/],
    ['bücher.example', /host or host:port/],
    ['"mcp.internal"', /host or host:port/],
    ['999.1.1.1', /host or host:port/],
    ['', /host or host:port/],
  ])(
    'an entry of a list of hosts may not be %j, and the refusal says what to write',
    (value, hint) => {
      expect(issueOf(value)).toMatch(hint)
    },
  )

  test('an entry of a list of hosts is the same for the setting ALLOWED_HOSTS', () => {
    expect(() => parseConfig({ ALLOWED_HOSTS: '*.ngrok-free.app' })).toThrow(
      /ALLOWED_HOSTS="\*\.ngrok-free\.app": must be a host without a wildcard/,
    )
    expect(() => parseConfig({ ALLOWED_HOSTS: 'https://mcp.internal' })).toThrow(/no URL/)
    // A setting is split at spaces and commas first.
    expect(() => parseConfig({ ALLOWED_HOSTS: 'a.example, b.example;c.example' })).toThrow(
      /ALLOWED_HOSTS="a\.example, b\.example;c\.example": must be one host/,
    )
  })
})
