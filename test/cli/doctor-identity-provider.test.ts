import { afterEach, describe, expect, test } from 'vitest'
import { answerWith } from '../helpers/exchange-answers.js'
import { useWorld, visit, type World } from './doctor-world.js'

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

const keycloak = { IDENTITY_PROVIDER: 'keycloak' }
const okta = { IDENTITY_PROVIDER: 'okta' }

let world: World

useWorld((opened) => {
  world = opened
})
afterEach(() => {
  world.issuer.tokenRequests.length = 0
})

type Refusal = readonly [status: number, body: Readonly<Record<string, unknown>>]

/** The token endpoint answers a grant with this, and a code that does not exist as it should. */
function refuse(grant: string, [status, body]: Refusal): void {
  world.issuer.tokenResponder = ({ parameters }, res) => {
    const asked = parameters.get('grant_type') === grant
    answerWith(res, asked ? body : { error: 'invalid_grant' }, asked ? status : 400)
  }
}

/** The metadata lists these grants. */
function listGrants(grants: readonly string[]): void {
  const { issuer } = world.issuer
  world.issuer.metadataResponder = (_req, res) => {
    answerWith(res, {
      ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` },
      grant_types_supported: grants,
    })
  }
}

describe('doctor and the identity provider', () => {
  test('doctor says which identity provider was found, and why, after the configuration', async () => {
    const { findings } = await visit(world, { withoutToken: true })
    expect(findings.slice(0, 2).map(({ check }) => check)).toEqual([
      'configuration',
      'identity_provider',
    ])
    expect(findings[1]?.message).toContain('is plainly that of no provider known by name')
  })

  test('doctor says that an identity provider was chosen by a setting', async () => {
    const { named } = await visit(world, { environment: keycloak, withoutToken: true })
    expect(named('identity_provider')?.message).toBe('Keycloak, chosen by IDENTITY_PROVIDER.')
  })

  test.each([
    ['auth0', /Dashboard, Applications/],
    ['keycloak', /Clients → the MCP server: Client ID under Settings/],
    ['okta', /Applications → Applications → the MCP server → General/],
    ['workos', /WorkOS Dashboard/],
    ['cognito', /App clients/],
    ['generic', /where the client is registered/],
  ])(
    'where the client of %s is refused, the menus of that provider are named',
    async (name, hint) => {
      world.issuer.tokenResponder = (_request, res) => {
        answerWith(res, { error: 'invalid_client' }, 401)
      }
      const environment = { IDENTITY_PROVIDER: name }
      const { named } = await visit(world, { environment, withoutToken: true })
      expect(named('client.credentials')).toMatchObject({ verdict: 'wrong' })
      expect(named('client.credentials')?.hint).toMatch(hint)
    },
  )

  test('hints for a server that follows the specifications alone name the menus of nobody', async () => {
    world.issuer.tokenResponder = (_request, res) => {
      answerWith(res, { error: 'unauthorized_client' }, 400)
    }
    const { findings } = await visit(world, { withoutToken: true })
    const hints = findings
      .filter(({ check }) => check !== 'identity_provider')
      .flatMap(({ hint }) => hint ?? [])
      .join('\n')
    expect(hints).toContain('Enable token exchange (RFC 8693)')
    expect(hints).not.toMatch(/Auth0|Dashboard|Entra|App registrations|Keycloak|Okta/)
  })
})

describe('doctor at Keycloak', () => {
  test('a token that is refused by its text means that the client may exchange', async () => {
    refuse(TOKEN_EXCHANGE, [400, { error: 'invalid_request', error_description: 'Invalid token' }])
    const { named } = await visit(world, { environment: keycloak, withoutToken: true })
    expect(named('client.exchange')).toMatchObject({ verdict: 'ok' })
  })

  test('any other invalid_request means that the client may not, with the switch to turn on', async () => {
    refuse(TOKEN_EXCHANGE, [
      400,
      {
        error: 'invalid_request',
        error_description: 'Standard token exchange is not enabled for the requested client',
      },
    ])
    const { wrong, named } = await visit(world, { environment: keycloak, withoutToken: true })
    expect(wrong()).toEqual(['client.exchange'])
    expect(named('client.exchange')?.hint).toMatch(/Standard token exchange/)
  })
})

describe('doctor at Okta', () => {
  test('a second authorization server that is missing is a warning, and what it is for', async () => {
    const { named } = await visit(world, { environment: okta, withoutToken: true })
    expect(named('settings.exchange_issuer')).toMatchObject({ verdict: 'warning' })
    expect(named('settings.exchange_issuer')?.hint).toMatch(/acceptable_here.*Trusted servers/)
  })

  test('the authorization server of the org itself is wrong', async () => {
    const { wrong, named } = await visit(world, { environment: okta, withoutToken: true })
    expect(wrong()).toEqual(['settings.authorization_server'])
    expect(named('settings.authorization_server')?.hint).toMatch(/oauth2\/ID/)
  })

  test('a 401 of the access policy is no word about the token', async () => {
    refuse(TOKEN_EXCHANGE, [401, { error: 'access_denied' }])
    const { named } = await visit(world, { environment: okta, withoutToken: true })
    expect(named('client.exchange')).toMatchObject({ verdict: 'wrong' })
    expect(named('client.exchange')?.hint).toMatch(/Access Policies/)
  })

  test('a grant that the metadata does not list may be there all the same', async () => {
    listGrants(['authorization_code'])
    const { named } = await visit(world, { environment: okta, withoutToken: true })
    expect(named('token_endpoint.grant')).toMatchObject({ verdict: 'not_checkable' })
  })
})
