import { expect, test } from 'vitest'
import { parseConnectorOptions } from '../../cli/doctor/connector/options.js'
import { walkOnce } from '../../cli/doctor/connector/run.js'
import { addressKind } from '../../cli/doctor/connector/walk/address-reach.js'
import { createHostAddresses } from '../../cli/doctor/connector/walk/host-addresses.js'
import { createPinnedFetch } from '../../cli/doctor/connector/walk/pinned-fetch.js'
import type { ConnectorReport } from '../../cli/doctor/connector/report/connector-report.js'
import { guardOutput } from '../../cli/guarded-output.js'
import { recordingIo } from '../helpers/command-io.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { goodServerMetadata } from './world.js'

const ENDPOINT = 'https://mcp.example.com/mcp'
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'mcp.example.com': ['93.184.216.34'],
  'inside.example.com': ['10.0.0.7'],
  'both.example.com': ['93.184.216.35', '10.0.0.7'],
}

/** Walks from a server of the internet whose metadata names `issuer`; gives the hosts that were called. */
async function walkTo(issuer: string): Promise<{ hosts: string[]; report: ConnectorReport }> {
  const hosts: string[] = []
  const answer = (url: URL): Response => {
    if (url.pathname === '/mcp') {
      return new Response('{}', {
        status: 401,
        headers: {
          'www-authenticate':
            'Bearer resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp"',
        },
      })
    }
    return url.pathname.startsWith('/.well-known/oauth-protected-resource')
      ? Response.json({ resource: ENDPOINT, authorization_servers: [issuer] })
      : Response.json(goodServerMetadata({ issuer }))
  }
  const options = parseConnectorOptions(['--connector', ENDPOINT])
  if (options === undefined) throw new Error('expected options')
  const report = await walkOnce(options, {
    io: guardOutput(recordingIo({ directory: '/' })),
    addresses: createHostAddresses(options.endpoint, (name) =>
      Promise.resolve(NAMES[name] ?? ['93.184.216.36']),
    ),
    fetch: (input) => {
      const url = new URL(input instanceof Request ? input.url : input)
      hosts.push(url.hostname)
      return Promise.resolve(answer(url))
    },
  })
  return { hosts: [...new Set(hosts)], report }
}

test('what a server of the internet names in the internet is called', async () => {
  const { hosts } = await walkTo('https://auth.example.com')
  expect(hosts).toEqual(['mcp.example.com', 'auth.example.com'])
})

test.each([
  { issuer: 'https://10.0.0.7' },
  { issuer: 'https://127.0.0.1:8443' },
  { issuer: 'http://127.0.0.1:8080' },
  { issuer: 'http://localhost:8080' },
  { issuer: 'https://169.254.169.254' },
  { issuer: 'https://[::1]' },
  { issuer: 'https://[::ffff:10.0.0.7]' },
  { issuer: 'https://[fd00::1]' },
  { issuer: 'https://[fe80::1]' },
  { issuer: 'https://inside.example.com' },
  { issuer: 'https://0x0a000007' },
  { issuer: 'http://plain.example.com' },
])(
  'a server of the internet that names $issuer does not get this command to call it',
  async ({ issuer }) => {
    NAMES_OF_THIS_MACHINE.forEach((name) => Object.assign(NAMES, { [name]: ['127.0.0.1'] }))
    const { hosts, report } = await walkTo(issuer)
    expect(hosts).toEqual(['mcp.example.com'])
    const ids = report.problems.map(({ id }) => id)
    expect(ids).toEqual([
      isPlain(issuer) ? 'server_metadata.not_https' : 'network.internal_address',
    ])
  },
)

/** Plain http to a name that is not of this machine. */
function isPlain(issuer: string): boolean {
  return issuer === 'http://plain.example.com'
}

const NAMES_OF_THIS_MACHINE = ['localhost']

test('a host name that nobody has is named', async () => {
  const options = parseConnectorOptions(['--connector', ENDPOINT])
  if (options === undefined) throw new Error('expected options')
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
  const report = await walkOnce(options, {
    io: guardOutput(recordingIo({ directory: '/' })),
    addresses: createHostAddresses(options.endpoint, () => Promise.reject(unknown)),
    fetch: () => Promise.reject(new Error('a request was sent')),
  })
  expect(report.problems.map(({ id }) => id)).toEqual(['network.name'])
})

test('a name is resolved once, so that its second answer cannot lead elsewhere', async () => {
  const answers = [['93.184.216.34'], ['127.0.0.1']]
  const addresses = createHostAddresses(new URL(ENDPOINT), () =>
    Promise.resolve(answers.shift() ?? []),
  )
  expect(await addresses.reachable('mcp.example.com')).toEqual(['93.184.216.34'])
  expect(await addresses.reachable('mcp.example.com')).toEqual(['93.184.216.34'])
})

test('of a name with addresses inside and outside, only those outside are called', async () => {
  const addresses = createHostAddresses(new URL(ENDPOINT), (name) =>
    Promise.resolve(NAMES[name] ?? []),
  )
  expect(await addresses.reachable('both.example.com')).toEqual(['93.184.216.35'])
})

test('a server of a private network leads to others there, and not to this machine', async () => {
  const addresses = createHostAddresses(new URL('https://inside.example.com/mcp'), (name) =>
    Promise.resolve(NAMES[name] ?? []),
  )
  expect(await addresses.reachable('10.1.1.1')).toEqual(['10.1.1.1'])
  expect(await addresses.reachable('127.0.0.1')).toEqual([])
})

test('connections go to the addresses that were judged, whatever the resolver says by then', async () => {
  const server = await startHttpServer((_req, res) => {
    res.end('here')
  })
  const judged = (addresses: readonly string[]): ReturnType<typeof createPinnedFetch> =>
    createPinnedFetch(
      { reachable: () => Promise.resolve(addresses), kind: () => Promise.resolve('loopback') },
      [],
    )
  const url = `http://no-such-name.invalid:${server.port}/`
  const pinned = judged(['127.0.0.1'])
  expect(await (await pinned.fetch(url)).text()).toBe('here')
  await pinned.close()
  const nowhere = judged([])
  await expect(nowhere.fetch(url)).rejects.toThrow('no address within reach')
  await nowhere.close()
  expect(server.connections).toBe(1)
})

test('no connection is made to an address out of reach that a URL names without a name', async () => {
  const server = await startHttpServer((_req, res) => {
    res.end('inside')
  })
  const pinned = createPinnedFetch(
    createHostAddresses(new URL('https://93.184.216.34/mcp'), NOBODY),
    [],
  )
  await expect(pinned.fetch(`${server.origin}/registration`)).rejects.toThrow(
    'no address within reach',
  )
  await expect(pinned.fetch(`http://[::ffff:7f00:1]:${server.port}/`)).rejects.toThrow(
    'no address within reach',
  )
  await pinned.close()
  expect(server.connections).toBe(0)
})

const NOBODY = (): Promise<readonly string[]> => Promise.reject(new Error('nothing is resolved'))

test.each([
  { address: '8.8.8.8', kind: 'public' },
  { address: '100.64.0.1', kind: 'private' },
  { address: '172.31.255.255', kind: 'private' },
  { address: '172.32.0.1', kind: 'public' },
  { address: '0.0.0.0', kind: 'private' },
  { address: '255.255.255.255', kind: 'private' },
  { address: '169.254.1.1', kind: 'link_local' },
  { address: '127.8.8.8', kind: 'loopback' },
  { address: '::1', kind: 'loopback' },
  { address: '::ffff:127.0.0.1', kind: 'loopback' },
  { address: '::ffff:8.8.8.8', kind: 'public' },
  { address: 'fc00::1', kind: 'private' },
  { address: 'febf::1', kind: 'link_local' },
  { address: '64:ff9b::a00:7', kind: 'private' },
  { address: '2606:4700::1111', kind: 'public' },
  { address: 'mcp.example.com', kind: undefined },
])('$address counts as $kind', ({ address, kind }) => {
  expect(addressKind(address)).toBe(kind)
})
