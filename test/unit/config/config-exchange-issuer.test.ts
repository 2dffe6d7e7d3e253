import { expect, test } from 'vitest'
import { ConfigError, parseConfig } from '../../../src/config/config.js'
import { issuerLocations } from '../../../src/config/token-expectations.js'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { createKnownIssuers } from '../../../src/identity/known-issuers.js'
import { assertOnBehalfOfOptions } from '../../../src/on-behalf-of/options-schema.js'
import { Secret } from '../../../src/secret.js'
import { thrownBy } from '../outcomes.js'

const BASE = {
  AUTH0_DOMAIN: 'tenant.example.com',
  AUTH0_AUDIENCE: 'http://localhost:3001/',
  MCP_AUTH0_CLIENT_ID: 'mcp-server',
  MCP_AUTH0_CLIENT_SECRET: 'a-secret-of-the-client',
  API_AUTH0_AUDIENCE: 'https://api.example/',
  API_BASE_URL: 'https://api.example',
}

test('[case 28] EXCHANGE_ISSUER is kept byte for byte, and exchanged at by RFC 8693 unless told otherwise', () => {
  const EXCHANGE_ISSUER = 'https://login.example.com/oauth2/api'
  const { exchange } = parseConfig({ ...BASE, EXCHANGE_ISSUER })
  expect([exchange.issuer, exchange.adapter]).toEqual([EXCHANGE_ISSUER, 'rfc8693'])
  const domain = { EXCHANGE_ISSUER: 'https://login.example.com/', EXCHANGE_CLIENT: 'auth0' }
  const auth0 = parseConfig({ ...BASE, ...domain })
  expect(auth0.exchange.adapter).toBe('auth0')
  expect(parseConfig(BASE).exchange).toMatchObject({ issuer: undefined, adapter: 'auth0' })
})

test.each([
  ['http://login.example.com/', 'https'],
  ['login.example.com', 'URL'],
])('[case 28] EXCHANGE_ISSUER=%s is an issue that says what to write', (EXCHANGE_ISSUER, hint) => {
  const error = thrownBy(() => parseConfig({ ...BASE, EXCHANGE_ISSUER }))
  expect(error).toBeInstanceOf(ConfigError)
  expect((error as Error).message).toMatch(new RegExp(`EXCHANGE_ISSUER.*${hint}`))
})

test.each([
  { EXCHANGE_ISSUER: 'https://login.example.com/oauth2/api' },
  { ADDITIONAL_ISSUERS: 'https://tenant.example.com/realms/a' },
  { AUTH0_DOMAIN: '', ISSUER_BASE_URL: 'https://login.example.com/realms/a' },
])('[case 28] %j is an issue with EXCHANGE_CLIENT=auth0, which would drop the path', (issuer) => {
  const environment = { ...BASE, ...issuer, EXCHANGE_CLIENT: 'auth0' }
  expect(() => parseConfig(environment)).toThrow(/has a path.*Use rfc8693/)
  expect(() => parseConfig({ ...environment, EXCHANGE_CLIENT: 'rfc8693' })).not.toThrow()
})

test('[case 28] the issuer of exchanges is known once, and accepted only where it was before', () => {
  const create = (given: string | undefined) => {
    const config = parseConfig({
      ...BASE,
      ADDITIONAL_ISSUERS: 'https://b.example/',
      DANGEROUSLY_SHARE_CLIENT_SECRET: 'true',
      ...(given === undefined ? {} : { EXCHANGE_ISSUER: given }),
    })
    const known = createKnownIssuers(issuerLocations(config), (place) => createIssuer(place))
    const names = ({ issuer }: { readonly issuer: string }): string => issuer
    return [known.accepted.map(names), known.exchange?.issuer, known.all.map(names)]
  }
  const accepted = ['https://tenant.example.com/', 'https://b.example/']
  expect(create(undefined)).toEqual([accepted, undefined, accepted])
  expect(create('https://b.example/')).toEqual([accepted, 'https://b.example/', accepted])
  const own = 'https://api.b.example/'
  expect(create(own)).toEqual([accepted, own, [...accepted, own]])
})

test('[S15] a secret is shared with nobody where EXCHANGE_ISSUER names the one place to exchange at', () => {
  const several = { ...BASE, ADDITIONAL_ISSUERS: 'https://b.example/' }
  expect(thrownBy(() => parseConfig(several))).toBeInstanceOf(ConfigError)
  parseConfig({ ...several, EXCHANGE_ISSUER: 'https://login.example.com/' })
})

test.each([
  [{ issuer: 'http://login.example.com/' }, 'exchange.issuer: must be https'],
  [{ issuer: 'login' }, 'exchange.issuer: must be a URL'],
  [{ actor: '' }, 'exchange.actor: must be the name of this server in act.sub'],
])('[case 28] the options %j are refused with what is wrong', (exchange, message) => {
  const error = thrownBy(() => {
    assertOnBehalfOfOptions({
      endpoint: new URL('https://mcp.example/mcp'),
      issuer: 'https://login.example.com/',
      client: { id: 'mcp-server', secret: new Secret('a-secret-of-the-client') },
      apis: {},
      tools: [],
      baselineScopes: [],
      exchange,
    })
  })
  expect((error as Error).message).toContain(message)
})
