import { answerWith } from '../helpers/exchange-answers.js'
import { answering, document, page, type Ailment } from './doctor-ailment.js'
import { API_AUDIENCE, exchangeOrRefuse } from './doctor-world.js'

export const OF_THE_ISSUER: readonly Ailment[] = [
  [
    'a port of the issuer on which nothing listens',
    ({ deadOrigin }) => ({ environment: { ISSUER_BASE_URL: `${deadOrigin}/` } }),
    'issuer.metadata',
    /ECONNREFUSED 127\.0\.0\.1:\d+/,
    /ISSUER_BASE_URL.*Nothing listens there/,
  ],
  [
    'an issuer without its slash',
    ({ issuer }) => ({ environment: { ISSUER_BASE_URL: issuer.issuer.replace(/\/$/, '') } }),
    'issuer.metadata',
    /trailing slash/,
    /Write ISSUER_BASE_URL exactly/,
  ],
  [
    'metadata behind a redirect to another issuer',
    (world) => {
      const location = `${world.deadOrigin}/realms/a/.well-known/openid-configuration`
      world.issuer.metadataResponder = answering(308, { Location: location })
      return {}
    },
    'issuer.metadata',
    /308, a redirect to http:\/\/127\.0\.0\.1:\d+\/realms\/a\/\.well-known/,
    /Set ISSUER_BASE_URL to the issuer.*probably http:\/\/127\.0\.0\.1:\d+\/realms\/a\)/,
  ],
  [
    'a web page where the metadata should be',
    (world) => {
      world.issuer.metadataResponder = page
      return {}
    },
    'issuer.metadata',
    /answers with a web page/,
    /web application answers there/,
  ],
  [
    'an empty document where the metadata should be',
    (world) => {
      world.issuer.metadataResponder = document({})
      return {}
    },
    'issuer.metadata',
    /openid-configuration answers with/,
    /Check ISSUER_BASE_URL/,
  ],
  [
    'an address that serves several tenants',
    (world) => {
      const { issuer } = world.issuer
      world.issuer.metadataResponder = document({
        ...{ issuer: `${issuer}{tenantid}/v2.0`, jwks_uri: `${issuer}jwks` },
        token_endpoint: `${issuer}token`,
      })
      return {}
    },
    'issuer.metadata',
    /several tenants: the server calls itself .*\{tenantid\}/,
    /the issuer of your own tenant/,
  ],
  [
    'a key set that is a web page',
    (world) => {
      world.issuer.keysResponder = page
      return {}
    },
    'issuer.keys',
    /\/jwks answers with a web page/,
    /JSON key set/,
  ],
  [
    'a key set at a port on which nothing listens',
    (world) => {
      const { issuer } = world.issuer
      world.issuer.metadataResponder = document({
        ...{ issuer, token_endpoint: `${issuer}token`, jwks_uri: `${world.deadOrigin}/jwks` },
      })
      return {}
    },
    'issuer.keys',
    /ECONNREFUSED 127\.0\.0\.1:\d+/,
    /jwks_uri/,
  ],
  [
    'a token endpoint at a port on which nothing listens',
    (world) => {
      const { issuer } = world.issuer
      world.issuer.metadataResponder = document({
        ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${world.deadOrigin}/token` },
      })
      return {}
    },
    'client.credentials',
    /ECONNREFUSED 127\.0\.0\.1:\d+/,
    /token_endpoint/,
  ],
  [
    'metadata without a token endpoint',
    (world) => {
      const { issuer } = world.issuer
      world.issuer.metadataResponder = document({ issuer, jwks_uri: `${issuer}jwks` })
      return {}
    },
    'token_endpoint',
    /names no token endpoint/,
    /ISSUER_BASE_URL/,
  ],
  [
    'a clock that is ahead, by which the token has expired',
    () => ({ aheadMs: 3_600_000 }),
    'clock',
    /3\d{3} s ahead of/,
    /NTP/,
  ],
]

export const OF_THE_CLIENT: readonly Ailment[] = [
  [
    'a client that is refused, whatever it asks for',
    (world) => {
      world.issuer.tokenResponder = (_request, res) => {
        answerWith(res, { error: 'invalid_client' }, 401)
      }
      return {}
    },
    'client.credentials',
    /does not accept the client \(401 invalid_client\)/,
    /MCP_AUTH0_CLIENT_SECRET/,
  ],
  [
    'a way to authenticate that the server does not list, and refuses',
    (world) => {
      const { issuer } = world.issuer
      world.issuer.metadataResponder = document({
        ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` },
        token_endpoint_auth_methods_supported: ['private_key_jwt'],
      })
      world.issuer.tokenResponder = (_request, res) => {
        answerWith(res, { error: 'invalid_client' }, 401)
      }
      return {}
    },
    'token_endpoint.client_authentication',
    /private_key_jwt/,
    /MCP_AUTH0_CLIENT_AUTHENTICATION/,
  ],
  [
    'a grant that the server neither lists nor knows',
    (world) => {
      const { issuer } = world.issuer
      world.issuer.metadataResponder = document({
        ...{ issuer, jwks_uri: `${issuer}jwks`, token_endpoint: `${issuer}token` },
        grant_types_supported: ['authorization_code'],
      })
      world.issuer.tokenResponder = ({ parameters }, res) => {
        const known = parameters.get('grant_type') === 'authorization_code'
        answerWith(res, { error: known ? 'invalid_grant' : 'unsupported_grant_type' }, 400)
      }
      return {}
    },
    'token_endpoint.grant',
    /does not list token exchange/,
    /Enable the grant/,
  ],
  [
    'an audience for the API that nobody knows',
    (world) => {
      const healthy = exchangeOrRefuse(world.issuer)
      world.issuer.tokenResponder = (request, res) => {
        const unknown =
          request.parameters.get('subject_token')?.startsWith('eyJ') === true &&
          request.parameters.get('audience') !== API_AUDIENCE
        if (!unknown) return healthy(request, res)
        answerWith(res, { error: 'invalid_target' }, 400)
        return undefined
      }
      return { environment: { API_AUTH0_AUDIENCE: 'https://api.example' } }
    },
    'exchange.audience',
    /knows no API https:\/\/api\.example\./,
    /Write API_AUTH0_AUDIENCE/,
  ],
]
