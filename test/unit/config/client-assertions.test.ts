import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'
import { warnOfCertificate } from '../../../src/server/certificate-warning.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const TENANT = '11111111-2222-3333-4444-555555555555'
const DAY_MS = 24 * 60 * 60 * 1_000

const GENERIC: Environment = {
  ISSUER_BASE_URL: 'https://login.example.com/',
  AUTH0_AUDIENCE: 'https://mcp.example.com/mcp',
  MCP_SERVER_URL: 'https://mcp.example.com',
  MCP_AUTH0_CLIENT_ID: '66666666-7777-8888-9999-000000000000',
  API_AUTH0_AUDIENCE: 'api://the-api',
  API_BASE_URL: 'https://api.example.com',
}
const ENTRA: Environment = {
  ...GENERIC,
  ISSUER_BASE_URL: `https://login.microsoftonline.com/${TENANT}/v2.0`,
}

const expiryOf = (pem: string): number => Date.parse(new X509Certificate(pem).validTo)

function issuesOf(environment: Environment): Readonly<Record<string, string>> {
  try {
    parseConfig(environment)
    return {}
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return Object.fromEntries(error.issues.map(({ key, hint }) => [key, hint]))
  }
}

test('a private key with a passphrase is refused with how to decrypt it', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const pem = privateKey.export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  })
  const key = pem.toString().replaceAll('\n', '\\n')
  expect(issuesOf({ ...ENTRA, MCP_AUTH0_CLIENT_PRIVATE_KEY: key })).toEqual({
    MCP_AUTH0_CLIENT_PRIVATE_KEY: expect.stringContaining('openssl pkey -in') as unknown,
  })
})

describe('the assertions of the client', () => {
  let credentials: Environment
  let foreign: Environment

  beforeAll(async () => {
    const make = () =>
      generate([{ name: 'commonName', value: 'mcp' }], { algorithm: 'sha256', keySize: 2_048 })
    const [one, other] = await Promise.all([make(), make()])
    credentials = {
      MCP_AUTH0_CLIENT_PRIVATE_KEY: one.private,
      MCP_AUTH0_CLIENT_CERTIFICATE: one.cert,
    }
    foreign = { ...credentials, MCP_AUTH0_CLIENT_CERTIFICATE: other.cert }
  })

  test('the assertions of the client are as Entra asks for where a certificate is given', () => {
    const { clientAuthentication } = parseConfig({ ...ENTRA, ...credentials }).exchange
    expect(clientAuthentication).toMatchObject({
      ...{ method: 'private_key_jwt', algorithm: 'PS256', audience: 'token_endpoint' },
      certificate: expect.stringContaining('BEGIN CERTIFICATE') as string,
    })
  })

  test('the assertions of the client are as they are set', () => {
    const { clientAuthentication } = parseConfig({
      ...{ ...ENTRA, ...credentials },
      MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM: 'RS256',
      MCP_AUTH0_CLIENT_ASSERTION_AUDIENCE: 'issuer',
    }).exchange
    expect(clientAuthentication).toMatchObject({ algorithm: 'RS256', audience: 'issuer' })
  })

  test('the assertions of the client are as ever at other servers, where a certificate is for mutual TLS', () => {
    const key = { MCP_AUTH0_CLIENT_PRIVATE_KEY: credentials['MCP_AUTH0_CLIENT_PRIVATE_KEY'] }
    const { clientAuthentication } = parseConfig({ ...GENERIC, ...key }).exchange
    expect(Object.keys(clientAuthentication).sort()).toEqual(['method', 'privateKey'])
    const { exchange } = parseConfig({ ...GENERIC, ...credentials })
    expect(exchange.clientAuthentication.method).toBe('tls_client_auth')
  })

  test('the assertions of the client have the thumbprint of the certificate wherever private_key_jwt is set', () => {
    const method = { MCP_AUTH0_CLIENT_AUTHENTICATION: 'private_key_jwt' }
    const { clientAuthentication } = parseConfig({ ...GENERIC, ...credentials, ...method }).exchange
    expect(clientAuthentication).toHaveProperty('certificate')
  })

  test('the assertions of the client are refused at the start with the certificate of another key', () => {
    expect(issuesOf({ ...ENTRA, ...foreign })).toEqual({
      MCP_AUTH0_CLIENT_CERTIFICATE:
        'cannot be used: the certificate is not that of the private key: give the certificate that was made for this key',
    })
  })

  test('the assertions of the client are refused at the start with an algorithm of other keys', () => {
    const algorithm = { MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM: 'ES256' }
    const issues = issuesOf({ ...ENTRA, ...credentials, ...algorithm })
    expect(issues['MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM']).toContain('use RS256')
  })

  test('the assertions of the client are not spoken of where there are none', () => {
    const secret = { ...ENTRA, MCP_AUTH0_CLIENT_SECRET: 'secret' }
    expect(issuesOf(secret)).toEqual({})
    const idle = {
      ...{ ...secret, MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM: 'PS256' },
      MCP_AUTH0_CLIENT_ASSERTION_AUDIENCE: 'issuer',
    }
    expect(Object.keys(issuesOf(idle)).sort()).toEqual([
      'MCP_AUTH0_CLIENT_ASSERTION_ALGORITHM',
      'MCP_AUTH0_CLIENT_ASSERTION_AUDIENCE',
    ])
  })

  test("the assertions of the client by Auth0's library have no certificate, and the start says so", () => {
    const auth0 = { ...GENERIC, ISSUER_BASE_URL: undefined, AUTH0_DOMAIN: 'tenant.eu.auth0.com' }
    const method = { MCP_AUTH0_CLIENT_AUTHENTICATION: 'private_key_jwt' }
    const issues = issuesOf({ ...auth0, ...credentials, ...method })
    expect(issues['MCP_AUTH0_CLIENT_CERTIFICATE']).toContain('EXCHANGE_CLIENT=rfc8693')
  })

  test('the capabilities of the client are told to Entra alone', () => {
    const capable = { MCP_AUTH0_CLIENT_SECRET: 'secret', EXCHANGE_CLIENT_CAPABILITIES: 'cp1' }
    expect(parseConfig({ ...ENTRA, ...capable }).exchange.clientCapabilities).toEqual(['cp1'])
    expect(Object.keys(issuesOf({ ...GENERIC, ...capable }))).toEqual([
      'EXCHANGE_CLIENT_CAPABILITIES',
    ])
  })

  test.each([
    [-1, [['error', 'client_certificate_expires']]],
    [29, [['warn', 'client_certificate_expires']]],
    [31, []],
  ])(
    'the certificate of the client that expires in %i days is told of at the start: %j',
    (days, told) => {
      const { exchange } = parseConfig({ ...ENTRA, ...credentials })
      const [end = 0] = [exchange.clientAuthentication].flatMap((given) =>
        'certificate' in given && given.certificate !== undefined
          ? [expiryOf(given.certificate)]
          : [],
      )
      const log = new RecordingLog()
      warnOfCertificate(exchange, log, () => end - days * DAY_MS)
      expect(log.lines.map(({ level, name }) => [level, name])).toEqual(told)
    },
  )
})
