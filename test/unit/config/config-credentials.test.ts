import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ConfigError,
  parseConfig,
  readEnvironment,
  type Environment,
} from '../../../src/config/config.js'

const BASE: Environment = {
  ISSUER_BASE_URL: 'https://login.example.com/',
  AUTH0_AUDIENCE: 'https://mcp.example.com/mcp',
  MCP_SERVER_URL: 'https://mcp.example.com',
  MCP_AUTH0_CLIENT_ID: 'id',
  API_AUTH0_AUDIENCE: 'https://api.example.com/',
  API_BASE_URL: 'https://api.example.com',
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

function issuesOf(environment: Environment): readonly string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.message).not.toContain('PRIVATE KEY-----\\nMII')
    return error.issues.map(({ key }) => key)
  }
}

describe('the credentials of the client', () => {
  test('a secret follows the metadata unless a method is named', () => {
    const secret = { ...BASE, MCP_AUTH0_CLIENT_SECRET: 'secret' }
    expect(parseConfig(secret).exchange.clientAuthentication).not.toHaveProperty('method')
    const post = { ...secret, MCP_AUTH0_CLIENT_AUTHENTICATION: 'client_secret_post' }
    expect(parseConfig(post).exchange.clientAuthentication).toMatchObject({
      method: 'client_secret_post',
    })
  })

  test('a private key alone means private_key_jwt, as PEM, as JWK, or with \\n for line breaks', () => {
    for (const text of [
      PEM,
      PEM.replaceAll('\n', '\\n'),
      JSON.stringify(privateKey.export({ format: 'jwk' })),
    ]) {
      const config = parseConfig({
        ...BASE,
        MCP_AUTH0_CLIENT_PRIVATE_KEY: text,
        MCP_AUTH0_CLIENT_KEY_ID: 'key-1',
      })
      expect(config.exchange.clientAuthentication).toMatchObject({
        method: 'private_key_jwt',
        keyId: 'key-1',
      })
    }
  })

  test('a key that cannot sign is an issue that does not show it', () => {
    expect(issuesOf({ ...BASE, MCP_AUTH0_CLIENT_PRIVATE_KEY: 'no key' })).toEqual([
      'MCP_AUTH0_CLIENT_PRIVATE_KEY',
    ])
  })

  test('the credentials of the client without any credentials the secret is named as missing', () => {
    expect(issuesOf(BASE)).toEqual(['MCP_AUTH0_CLIENT_SECRET'])
  })

  test('mutual TLS needs certificate and key', () => {
    const mutual = { ...BASE, MCP_AUTH0_CLIENT_AUTHENTICATION: 'tls_client_auth' }
    expect(issuesOf(mutual)).toEqual([
      'MCP_AUTH0_CLIENT_PRIVATE_KEY',
      'MCP_AUTH0_CLIENT_CERTIFICATE',
    ])
  })
})

describe('secrets in files', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'secrets-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  const withDotEnv = (lines: string): void => {
    writeFileSync(join(directory, '.env'), lines)
  }

  test('secrets in files are read where the setting with _FILE names them, without the last line break', () => {
    const path = join(directory, 'secret')
    writeFileSync(path, 'from the file\n')
    withDotEnv(`MCP_AUTH0_CLIENT_SECRET_FILE=${path}\n`)
    expect(readEnvironment(directory)['MCP_AUTH0_CLIENT_SECRET']).toBe('from the file')
  })

  test('secrets in files that cannot be read, or stand beside the setting itself, are issues', () => {
    withDotEnv(`MCP_AUTH0_CLIENT_SECRET_FILE=${join(directory, 'missing')}\n`)
    expect(() => readEnvironment(directory)).toThrow(/cannot be read/)
    withDotEnv(`MCP_AUTH0_CLIENT_SECRET_FILE=/x\nMCP_AUTH0_CLIENT_SECRET=y\n`)
    expect(() => readEnvironment(directory)).toThrow(/is set together with/)
  })
})
