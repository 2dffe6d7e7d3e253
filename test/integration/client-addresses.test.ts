import request from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../helpers/tool-answer.js'

describe('the limit by address', () => {
  let server: TestServer

  const open = async (environment: Environment): Promise<void> => {
    server = await startMcpServer({
      environment: { RATE_LIMIT_PER_ADDRESS: '5', ...environment },
    })
  }
  const metadata = (headers: Record<string, string>) =>
    request(server.origin).get('/.well-known/oauth-protected-resource/mcp').set(headers)
  const statuses = async (forwardedFor: readonly string[]): Promise<number[]> => {
    const found = []
    for (const address of forwardedFor) {
      found.push((await metadata({ 'X-Forwarded-For': address })).status)
    }
    return found
  }
  const six = (of: (index: number) => string): string[] =>
    Array.from({ length: 6 }, (_, index) => of(index))
  const SIXTH_IS_TOO_MUCH = [200, 200, 200, 200, 200, 429]

  test.each([
    ['IPv4 with a port', six((index) => `203.0.113.8:${51 + index}`)],
    ['IPv6 with a port', six((index) => `[2001:db8::8]:${51 + index}`)],
    [
      'IPv4 as IPv6, with and without a port',
      [
        '203.0.113.8',
        '::ffff:203.0.113.8',
        '::ffff:cb00:7108',
        '[::ffff:203.0.113.8]:51',
        '203.0.113.8:52',
        ' 203.0.113.8 ',
      ],
    ],
    [
      'IPv6 in other spellings',
      [
        '2001:db8::8',
        '2001:DB8::8',
        '2001:0db8:0:0::8',
        '[2001:db8::8]',
        '2001:db8::8%eth0',
        '2001:db8:0:00ff::8',
      ],
    ],
  ])('[case 36] the limit by address knows one address by one name: %s', async (_, addresses) => {
    await open({ TRUST_PROXY: '1' })
    expect(await statuses(addresses)).toEqual(SIXTH_IS_TOO_MUCH)
    expect((await metadata({ 'X-Forwarded-For': '198.51.100.7' })).status).toBe(200)
  })

  test('[S16.7] what is no address buys no bucket of its own: it counts as the proxy that sent it', async () => {
    await open({ TRUST_PROXY: '1' })
    const garbage = ['unknown', 'x', '9'.repeat(8_000), '203.0.113.8:x', '1.2.3', '"1.2.3.4"']
    expect(await statuses(garbage)).toEqual(SIXTH_IS_TOO_MUCH)
    expect((await metadata({ 'X-Forwarded-For': '203.0.113.8' })).status).toBe(200)
  })

  test('[case 36] a trusted proxy is known with a port as well, and what a client puts in front of it is not believed', async () => {
    await open({ TRUST_PROXY: '127.0.0.0/8 ::1 10.0.0.0/8' })
    const chain = (index: number): string => `192.0.2.${index}, 203.0.113.8:51, 10.0.0.5:${index}`
    expect(await statuses(six(chain))).toEqual(SIXTH_IS_TOO_MUCH)
    expect((await metadata({ 'X-Forwarded-For': '198.51.100.7, 10.0.0.5:1' })).status).toBe(200)
  })

  test('[case 61] IPv4 clients on a dual-stack listener have a bucket each', async () => {
    await open({ TRUST_PROXY: '1' })
    const addresses = six((index) => `::ffff:203.0.113.${index}`)
    expect(await statuses(addresses)).toEqual([200, 200, 200, 200, 200, 200])
  })

  test('[case 37] the log says which address was counted, and once that X-Forwarded-For is not believed', async () => {
    await open({})
    const addresses = six((index) => `203.0.113.${index}`)
    expect(await statuses([...addresses, '203.0.113.9', '203.0.113.10'])).toEqual([
      ...SIXTH_IS_TOO_MUCH,
      429,
      429,
    ])
    const lines = server.log.named('request_refused')
    for (const { fields } of lines) {
      expect(fields['code']).toBe('rate_limited')
      expect(['127.0.0.1', '::1']).toContain(fields['address'])
    }
    const hints = lines.flatMap(({ fields }) =>
      fields['hint'] === undefined ? [] : [fields['hint']],
    )
    expect(hints).toEqual([expect.stringContaining('set TRUST_PROXY')])
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'debug', 'debug'])
  })

  test('[case 37] no hint is named where no proxy is in front, or it is believed', async () => {
    await open({ TRUST_PROXY: '1' })
    await statuses(six(() => '203.0.113.8'))
    const plain = []
    for (let index = 0; index < 6; index += 1) plain.push((await metadata({})).status)
    expect(plain).toEqual(SIXTH_IS_TOO_MUCH)
    const lines = server.log.named('request_refused')
    expect(lines.map(({ fields }) => fields['address'])).toContain('203.0.113.8')
    expect(lines.filter(({ fields }) => fields['hint'] !== undefined)).toEqual([])
  })

  test.each([
    ['Host', { 'X-Forwarded-For': '203.0.113.8', Host: 'evil.example' }],
    ['Origin', { 'X-Forwarded-For': '203.0.113.8', Origin: 'https://evil.example' }],
  ])(
    '[S16.9] requests refused for their %s count too, and the warnings in the log are bounded',
    async (_, headers) => {
      await open({ TRUST_PROXY: '1' })
      const found = []
      for (let index = 0; index < 20; index += 1) {
        found.push((await request(server.origin).get('/mcp').set(headers)).status)
      }
      expect(found).toEqual([
        ...Array.from({ length: 5 }, () => 403),
        ...Array.from({ length: 15 }, () => 429),
      ])
      const warnings = server.log.lines.filter(({ level }) => level !== 'debug')
      expect(warnings).toHaveLength(6)
      expect((await metadata({ 'X-Forwarded-For': '198.51.100.7' })).status).toBe(200)
    },
  )
})

describe('the address that the authorization server is told', () => {
  test.each([
    ['a port is cut off', '203.0.113.8:51', '203.0.113.8'],
    ['a port is cut off of IPv6', '[2001:db8::8]:51', '2001:db8::8'],
    ['what is no address does not go out', 'x"; drop', '127.0.0.1'],
    ['an overlong text does not go out', '9'.repeat(8_000), '127.0.0.1'],
  ])(
    '[S16.7] the address that the authorization server is told: %s',
    async (_, forwardedFor, told) => {
      const server = await startMcpServer({
        environment: { TRUST_PROXY: '1', FORWARD_CLIENT_ADDRESS: 'true' },
      })
      const token = await mintSubject(server)
      const headers = { 'X-Forwarded-For': forwardedFor }
      expect((await callForAnswer(server, { token, headers })).isError).toBe(false)
      const [exchange] = server.issuer.tokenRequests
      const sent = exchange?.headers['auth0-forwarded-for']
      expect(sent === '::1' ? '127.0.0.1' : sent).toBe(told)
    },
  )
})
