import { describe, expect, test } from 'vitest'
import { CONFIG_FILE } from '../../../src/config/config-file.js'
import { parseConfig, type Environment } from '../../../src/config/config.js'
import { issuerLocations, tokenExpectations } from '../../../src/config/token-expectations.js'
import { APP, ENTRA, OTHER, TENANT, V2 } from './entra-settings.js'
import { GOOD } from './good-settings.js'
import { issuesOf } from './issues-of.js'

const HOST = 'https://login.microsoftonline.com'

describe('settings that contradict the identity provider', () => {
  test.each([
    ['without a version', `${HOST}/${TENANT}`],
    ['with a slash too many', `${V2}/`],
    ['in upper case', V2.replace(TENANT, TENANT.toUpperCase())],
    ['of version 1 without its slash', `https://sts.windows.net/${TENANT}`],
  ])(
    'an issuer of Entra that is written %s is refused, and the message has the right one',
    (_, issuer) => {
      expect(issuesOf({ ...ENTRA, ISSUER_BASE_URL: issuer })).toEqual([
        `ISSUER_BASE_URL is no issuer of this tenant, to the letter. Write ${V2}`,
      ])
    },
  )

  test('an allowed tenant counts in lower case, as Entra writes it', () => {
    const config = parseConfig({ ...ENTRA, ALLOWED_TENANTS: `${OTHER.toUpperCase()} ${OTHER}` })
    expect(tokenExpectations(config).issuers).toEqual([
      ...[V2, `https://sts.windows.net/${TENANT}/`],
      ...[V2.replace(TENANT, OTHER), `https://sts.windows.net/${OTHER}/`],
    ])
    expect(issuerLocations(config).families).toHaveLength(2)
  })

  test.each<[string, Environment, string]>([
    [
      'one place of all exchanges, and several tenants',
      { EXCHANGE_ISSUER: V2, ALLOWED_TENANTS: OTHER },
      'EXCHANGE_ISSUER is set together with ALLOWED_TENANTS',
    ],
    [
      'an issuer of exchanges for many tenants',
      { EXCHANGE_ISSUER: `${HOST}/common/v2.0` },
      'EXCHANGE_ISSUER names no tenant: "common" stands for many',
    ],
    [
      'the library of Auth0',
      { EXCHANGE_CLIENT: 'auth0-api-js' },
      'ISSUER_BASE_URL has a path, which EXCHANGE_CLIENT=auth0-api-js cannot reach',
    ],
    [
      'a type of the subject token',
      { MCP_AUTH0_SUBJECT_TOKEN_TYPE: 'urn:example:x' },
      'MCP_AUTH0_SUBJECT_TOKEN_TYPE has no effect on an exchange by RFC 7523',
    ],
    [
      'capabilities that are none',
      { EXCHANGE_CLIENT_CAPABILITIES: 'a/b' },
      'EXCHANGE_CLIENT_CAPABILITIES must be the name of a capability, such as cp1',
    ],
    [
      'claims that are the same for many users',
      { SUBJECT_CLAIMS: 'tid azp' },
      'SUBJECT_CLAIMS must name the user',
    ],
    [
      'an API that is this server by its id',
      { MCP_AUTH0_CLIENT_ID: APP },
      'API_AUTH0_AUDIENCE is the same as MCP_AUTH0_CLIENT_ID',
    ],
  ])('settings for Entra are refused with what has to be changed: %s', (_, changes, message) => {
    const issues = issuesOf({ ...ENTRA, ...changes })
    expect(issues).toHaveLength(1)
    expect(issues[0]).toContain(message)
  })

  test('audiences that are sent in no parameter are refused', () => {
    const issues = issuesOf({
      ...{ ...GOOD, EXCHANGE_TARGET_PARAMETER: 'none', EXCHANGE_AUDIENCES: 'one' },
    })
    expect(issues).toEqual([expect.stringContaining('EXCHANGE_AUDIENCES has no effect')])
  })

  test.each<[string, string, string]>([
    ['many tenants', `issuer: ${HOST}/organizations/v2.0`, 'names no tenant'],
    ['another spelling', `issuer: ${V2}/`, 'is no issuer of this tenant'],
    ['no URL', 'issuer: login', 'must be a URL'],
  ])(
    'the exchange of an API in the configuration file is refused with its place: %s',
    (_, line, message) => {
      const text = `apis:\n  trips:\n    audience: https://trips.example/\n    baseUrl: https://trips.example\n    exchange: { ${line} }\n`
      const [issue = ''] = issuesOf({
        ...ENTRA,
        [CONFIG_FILE]: { name: 'apis.yaml', path: '/etc/apis.yaml', text },
        ...{ API_AUTH0_AUDIENCE: undefined, API_BASE_URL: undefined },
      })
      expect(issue).toContain('trips.exchange')
      expect(issue).toContain(message)
    },
  )
})
