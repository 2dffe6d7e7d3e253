import { describe, expect, test } from 'vitest'
import { parseApiEnvironment } from '../../../apps/downstream-api/environment.js'

const DEVELOPMENT = {
  host: 'localhost',
  port: 8787,
  issuer: 'http://localhost:9000/',
  audience: 'http://localhost:8787/',
}

describe('the environment of the protected API', () => {
  test('the environment of the protected API without an issuer and an audience it trusts the development authorization server', () => {
    expect(parseApiEnvironment({})).toEqual(DEVELOPMENT)
    expect(parseApiEnvironment({ AUTH0_DOMAIN: ' ', API_AUTH0_AUDIENCE: '' })).toEqual(DEVELOPMENT)
  })

  test('[B15] the MCP server whose page it links to is that of MCP_SERVER_URL', () => {
    const { mcpServerPage } = parseApiEnvironment({ MCP_SERVER_URL: 'http://localhost:3001/' })
    expect(mcpServerPage?.href).toBe('http://localhost:3001/')
    expect(() => parseApiEnvironment({ MCP_SERVER_URL: 'http://localhost:3001/mcp' })).toThrow(
      'MCP_SERVER_URL: must be the URL of the server',
    )
  })

  test('the environment of the protected API in production it trusts nobody that is not named, and says all that is missing', () => {
    const parse = () => parseApiEnvironment({ NODE_ENV: 'production' })
    expect(parse).toThrow(/AUTH0_DOMAIN: is missing[^]*API_AUTH0_AUDIENCE: is missing/)
  })

  test.each([
    [{ AUTH0_DOMAIN: 'a.example' }, /API_AUTH0_AUDIENCE: is missing/],
    [{ ISSUER_BASE_URL: 'https://a.example/' }, /API_AUTH0_AUDIENCE: is missing/],
    [{ API_AUTH0_AUDIENCE: 'https://api.example/' }, /AUTH0_DOMAIN: is missing/],
  ])('%j is half a configuration and no development set-up', (variables, text) => {
    expect(() => parseApiEnvironment(variables)).toThrow(text)
  })

  test('the environment of the protected API takes the issuer from the Auth0 domain, as it is written in quickstarts too', () => {
    const named = {
      ...{ API_AUTH0_AUDIENCE: 'https://api.example/', HOST: '0.0.0.0', PORT: '0' },
      DANGEROUSLY_ALLOW_OTHER_MACHINES: 'true',
    }
    for (const AUTH0_DOMAIN of ['a.eu.auth0.com', 'https://a.eu.auth0.com/']) {
      expect(parseApiEnvironment({ ...named, AUTH0_DOMAIN, NODE_ENV: 'production' })).toEqual({
        host: '0.0.0.0',
        port: 0,
        issuer: 'https://a.eu.auth0.com/',
        audience: 'https://api.example/',
      })
    }
  })

  test('the environment of the protected API refuses two issuers, keys over http and a port that is none, all at once', () => {
    const parse = () =>
      parseApiEnvironment({
        ...{ AUTH0_DOMAIN: 'a.example', ISSUER_BASE_URL: 'http://b.example/', PORT: '70000' },
        API_AUTH0_AUDIENCE: 'https://api.example/',
      })
    expect(parse).toThrow(/PORT: must be a whole number/)
    expect(parse).toThrow(/ISSUER_BASE_URL: must be https/)
    expect(parse).toThrow(/ISSUER_BASE_URL: is set together with AUTH0_DOMAIN/)
  })

  test.each(['0.0.0.0', '::', '192.168.0.7', 'api.internal'])(
    '[S14] HOST=%s opens the API to other machines only when told to with so many words',
    (HOST) => {
      expect(() => parseApiEnvironment({ HOST })).toThrow(/DANGEROUSLY_ALLOW_OTHER_MACHINES=true/)
      const told = { HOST, DANGEROUSLY_ALLOW_OTHER_MACHINES: 'true' }
      expect(parseApiEnvironment(told).host).toBe(HOST)
    },
  )

  test.each(['localhost', '127.0.0.1', '127.0.0.2', '::1'])('[S14] HOST=%s stays on it', (HOST) => {
    expect(parseApiEnvironment({ HOST }).host).toBe(HOST)
  })
})
