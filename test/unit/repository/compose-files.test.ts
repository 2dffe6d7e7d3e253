import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { isUnconfigured } from '../../../src/config/config.js'
import { FILE_SETTINGS } from '../../../src/config/setting-names.js'
import { SETTINGS } from '../../../src/config/settings.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const development = read('compose/development/services.yml')
const configured = read('compose/configured/services.yml')
const fleet = read('compose/fleet/services.yml')

/** Every variable that is read, with those that name a file with a secret. */
const variables = Object.keys(SETTINGS).flatMap((key) =>
  FILE_SETTINGS.includes(key) ? [key, `${key}_FILE`] : [key],
)

const SERVICES = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
      ports: z.array(z.string()).default([]),
    }),
  ),
})

/** A compose file as it is read with these variables; `${NAME:-default}` is the one form in ours. */
function readWith(text: string, variables: Readonly<Record<string, string>>) {
  const fill = (unfilled: string): string =>
    unfilled.replaceAll(
      /\$\{(\w+):-([^{}$]*)\}/g,
      (_, name: string, fallback: string) => variables[name] ?? fallback,
    )
  // A default may have a variable of its own in it.
  const filled = fill(fill(text))
  expect(filled).not.toContain('${')
  return SERVICES.parse(parse(filled)).services
}

describe('docker-compose.yml', () => {
  test('docker-compose.yml takes the development set-up only where nothing of a deployment is named', () => {
    const naming = variables.filter((key) => !isUnconfigured({ [key.replace(/_FILE$/, '')]: 'x' }))
    expect(naming.length).toBeGreaterThan(5)
    const turning = [...read('docker-compose.yml').matchAll(/\$\{(\w+):\+\.\.\/configured\/\}\\/g)]
    expect(turning.map(([, key]) => key).sort()).toEqual(naming.sort())
  })

  test('docker-compose.yml hands every setting on, but for those that say where the server listens', () => {
    const handedOn = [...read('compose/common.yml').matchAll(/^ {6}(\w+):$/gm)].map(
      ([, key]) => key,
    )
    const listening = ['PORT', 'HOST', 'MCP_SERVER_URL']
    expect(handedOn).toEqual(variables.filter((key) => !listening.includes(key)))
  })

  test.each([
    ['no port chosen', {}, ['9000', '8787', '3001']],
    [
      'other ports chosen',
      { DEV_AUTHORIZATION_SERVER_PORT: '19000', DEV_API_PORT: '18787', PORT: '13001' },
      ['19000', '18787', '13001'],
    ],
  ])(
    'docker-compose.yml with %s, the development set-up listens, is published and is named in URLs at the same ports',
    (_choice, variables, [issuerPort = '', apiPort = '', mcpPort = '']) => {
      const {
        'authorization-server': issuer,
        api,
        'mcp-server': mcp,
      } = readWith(development, variables)
      expect(issuer?.ports).toEqual(
        [issuerPort, apiPort, mcpPort].map((port) => `127.0.0.1:${port}:${port}`),
      )
      const [issuerUrl, apiUrl] = [
        `http://localhost:${issuerPort}/`,
        `http://localhost:${apiPort}/`,
      ]
      const audiences = {
        AUTH0_AUDIENCE: `http://localhost:${mcpPort}/mcp`,
        API_AUTH0_AUDIENCE: apiUrl,
      }
      expect(issuer?.environment).toEqual({
        ...audiences,
        PORT: Number(issuerPort),
        ISSUER: issuerUrl,
        MCP_SERVER_URL: `http://localhost:${mcpPort}`,
      })
      expect(api?.environment).toEqual({
        PORT: Number(apiPort),
        ISSUER_BASE_URL: issuerUrl,
        API_AUTH0_AUDIENCE: apiUrl,
        MCP_SERVER_URL: `http://localhost:${mcpPort}`,
      })
      expect(mcp?.environment).toMatchObject({
        ...audiences,
        PORT: Number(mcpPort),
        ISSUER_BASE_URL: issuerUrl,
        API_BASE_URL: apiUrl.slice(0, -1),
        OPENAPI_DOCUMENT: `${apiUrl}openapi.yaml`,
        DEMO_TOOLS: 'on',
      })
    },
  )

  test('the port of a configured MCP server on this machine can be chosen, and its URL follows', () => {
    const { 'mcp-server': server } = readWith(configured, { PORT: '13001' })
    expect(server?.ports).toEqual(['127.0.0.1:13001:3001'])
    expect(server?.environment['MCP_SERVER_URL']).toBe('http://localhost:13001')
  })

  test('docker-compose.yml publishes on loopback alone', () => {
    const ports = [...`${development}${configured}`.matchAll(/^ {6}- (\S*:\S+)$/gm)]
    expect(ports).toHaveLength(4)
    expect(ports.map(([, port = '']) => port.slice(0, 10))).toEqual(Array(4).fill('127.0.0.1:'))
  })

  test('nothing of the development set-up is in the other one', () => {
    const { clients } = JSON.parse(read('apps/authorization-server/directory.json')) as {
      readonly clients: readonly { readonly client_secret?: string }[]
    }
    const secrets = clients.flatMap(({ client_secret }) => client_secret ?? [])
    expect(secrets.some((secret) => development.includes(secret))).toBe(true)
    const rest = `${configured}${read('compose/common.yml')}${read('Dockerfile')}`
    expect(secrets.filter((secret) => rest.includes(secret))).toEqual([])
    expect(configured).not.toContain('authorization-server')
  })
})

describe('compose/fleet/', () => {
  const services = (parse(fleet, { merge: true }) as { readonly services: Services }).services
  const { services: developed } = parse(development) as { readonly services: Services }
  const { first, second, balancer } = services

  test('compose/fleet/ has the authorization server and the API of the development set-up', () => {
    expect(services['authorization-server']).toEqual(developed['authorization-server'])
    expect(services['api']).toEqual(developed['api'])
  })

  test('compose/fleet/ has two instances that differ in their port alone, with the settings of the development set-up', () => {
    const { PORT, MCP_SERVER_URL, ...settings } = { ...first?.environment }
    expect(second).toEqual({ ...first, environment: { ...first?.environment, PORT: 3003 } })
    expect({ ...settings, PORT, MCP_SERVER_URL }).toMatchObject({
      ...developed['mcp-server']?.environment,
      ...{ PORT: 3002, MCP_SERVER_URL: 'http://localhost:${PORT:-3001}', INSTANCES: 2 },
    })
  })

  test('the balancer of compose/fleet/ leads to the ports of both instances, which trust it', () => {
    const lines = read('compose/fleet/haproxy.cfg').split('\n')
    const led = lines.flatMap((line) => /^ {2}server \w+ 127\.0\.0\.1:(\d+)$/.exec(line)?.[1] ?? [])
    expect(led).toEqual([first, second].map((each) => String(each?.environment?.['PORT'])))
    expect(balancer?.environment).toEqual({ PORT: '${PORT:-3001}' })
    expect(first?.environment?.['TRUST_PROXY']).toBe('127.0.0.1')
  })

  test('compose/fleet/ publishes on loopback, and neither the store nor an instance', () => {
    expect(Object.keys(services).filter((name) => services[name]?.ports !== undefined)).toEqual([
      'authorization-server',
    ])
  })

  test('the files of compose/fleet/ that have its key and passwords are there, and say the same', () => {
    const password = read('compose/fleet/development-only-store-password').trim()
    expect(read('compose/fleet/redis.conf')).toContain(`\nrequirepass ${password}\n`)
    const key = read('compose/fleet/development-only-store-key').trim()
    expect(Buffer.from(key, 'base64')).toHaveLength(32)
  })
})

/** Of a compose file, as far as it is compared. */
type Services = Readonly<
  Record<
    string,
    {
      readonly environment?: Readonly<Record<string, unknown>>
      readonly ports?: readonly string[]
    }
  >
>

test('no .env gets into an image', () => {
  const lines = read('.dockerignore').split('\n')
  expect(lines.indexOf('*')).toBe(1)
  expect(lines.lastIndexOf('**/.env*')).toBeGreaterThan(
    lines.findLastIndex((line) => line.startsWith('!')),
  )
})
