import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'

const AUTH0 = {
  AUTH0_DOMAIN: 'example.eu.auth0.com',
  AUTH0_AUDIENCE: 'http://localhost:3001/',
  MCP_AUTH0_CLIENT_ID: 'id',
  MCP_AUTH0_CLIENT_SECRET: 'secret',
  API_AUTH0_AUDIENCE: 'http://localhost:8787/',
  API_BASE_URL: 'http://localhost:8787',
}

describe('the subject token type of a profile at Auth0', () => {
  test.each(['urn:fastmcp:mcp', 'https://example.com/mcp-token', 'http://example.com/mcp-token'])(
    'the subject token type of a profile at Auth0 may be %s',
    (MCP_AUTH0_SUBJECT_TOKEN_TYPE) => {
      const { exchange } = parseConfig({ ...AUTH0, MCP_AUTH0_SUBJECT_TOKEN_TYPE })
      expect(exchange.subjectTokenType).toBe(MCP_AUTH0_SUBJECT_TOKEN_TYPE)
    },
  )

  test.each([
    'urn:ietf:params:oauth:token-type:access_token',
    'urn:auth0:mine',
    'URN:OKTA:mine',
    'https://auth0.com/mine',
    'http://www.okta.com/mine',
  ])(
    'the subject token type of a profile at Auth0 may not be %s: the namespace is reserved',
    (MCP_AUTH0_SUBJECT_TOKEN_TYPE) => {
      expect(() => parseConfig({ ...AUTH0, MCP_AUTH0_SUBJECT_TOKEN_TYPE })).toThrow(
        /in a namespace that Auth0 reserves. Use a URI of your own/,
      )
    },
  )

  test.each(['urn:short', 'no-uri-at-all', `urn:${'x'.repeat(100)}`])(
    'the subject token type of a profile at Auth0 may not be %s',
    (MCP_AUTH0_SUBJECT_TOKEN_TYPE) => {
      expect(() => parseConfig({ ...AUTH0, MCP_AUTH0_SUBJECT_TOKEN_TYPE })).toThrow(
        /must be a URI of 10 to 100 characters/,
      )
    },
  )
})
