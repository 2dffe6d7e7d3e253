import { answerWith } from '../helpers/exchange-answers.js'
import { answering, type Ailment } from './doctor-ailment.js'
import { API_AUDIENCE } from './doctor-world.js'

const nowSeconds = (): number => Math.floor(Date.now() / 1_000)

export const OF_THE_API: readonly Ailment[] = [
  [
    'one segment too many in API_BASE_URL',
    ({ api }) => ({ environment: { API_BASE_URL: `${api}/api` } }),
    'api.call',
    /404 at http:\/\/127\.0\.0\.1:\d+\/api\/api\/private-scope/,
    /path in API_BASE_URL.*--api-path/,
  ],
  [
    'an API_BASE_URL at which the authorization server answers',
    ({ issuer }) => ({ environment: { API_BASE_URL: issuer.issuer } }),
    'api.call',
    /404/,
    /API_BASE_URL/,
  ],
  [
    'a port of the API on which nothing listens',
    ({ deadOrigin }) => ({ environment: { API_BASE_URL: deadOrigin } }),
    'api.reachable',
    /ECONNREFUSED 127\.0\.0\.1:\d+/,
    /API_BASE_URL.*Nothing listens there/,
  ],
  [
    'an API that redirects to its new place',
    (world) => {
      const location = `${world.deadOrigin}/v2/api/private-scope?state=not-to-be-shown`
      world.apiResponder = answering(307, { Location: location })
      return {}
    },
    'api.call',
    /307 at .*, a redirect to http:\/\/127\.0\.0\.1:\d+\/v2\/api\/private-scope\.$/,
    /no redirect is needed.*--api-path/,
  ],
  [
    'an API without a lock',
    (world) => {
      world.apiResponder = answering(200)
      return {}
    },
    'api.without_token',
    /accepts a request without a token/,
    /--api-path/,
  ],
  [
    'an API that believes every signature',
    (world) => {
      world.apiResponder = (req, res) => {
        res.writeHead(req.headers.authorization === undefined ? 401 : 200).end()
      }
      return {}
    },
    'api.foreign_token',
    /accepts a token that somebody made up/,
    /signature, issuer and audience/,
  ],
  [
    "an API that cannot reach its issuer's keys",
    (world) => {
      world.apiResponder = (req, res) => {
        res.writeHead(req.headers.authorization === undefined ? 401 : 500).end()
      }
      return {}
    },
    'api.foreign_token',
    /with 500, where 401 is due/,
    /log/,
  ],
  [
    'an API that expects another audience',
    (world) => {
      world.apiResponder = answering(401)
      return {}
    },
    'api.call',
    /does not accept the exchanged token/,
    /expect the audience https:\/\/api\.example\//,
  ],
  [
    'an API that fails once it has let the user in',
    (world) => {
      world.apiResponder = (req, res) => {
        const [, payload = ''] = (req.headers.authorization ?? '').split('.')
        const ours = payload === '' || Buffer.from(payload, 'base64url').includes('"doctor"')
        res.writeHead(ours ? 401 : 500).end()
      }
      return {}
    },
    'api.call',
    /answers the user with 500/,
    /log/,
  ],
]

export const OF_THE_SERVER: readonly Ailment[] = [
  [
    'a trailing slash in AUTH0_AUDIENCE that the running server lacks, and the token too',
    ({ mcp }) => ({ environment: { AUTH0_AUDIENCE: `${mcp}/` } }),
    'server.identifier',
    /AUTH0_AUDIENCE is .*\/mcp\/, and clients call .*\/mcp:/,
    /AUTH0_AUDIENCE/,
  ],
  [
    'AUTH0_AUDIENCE and API_AUTH0_AUDIENCE swapped',
    ({ mcp }) => ({ environment: { AUTH0_AUDIENCE: API_AUDIENCE, API_AUTH0_AUDIENCE: mcp } }),
    'server.identifier',
    /AUTH0_AUDIENCE is https:\/\/api\.example\//,
    /AUTH0_AUDIENCE/,
  ],
  [
    'an MCP_SERVER_URL at which something else answers',
    ({ api }) => ({ environment: { MCP_SERVER_URL: api } }),
    'server.identifier',
    /clients call http:\/\/127\.0\.0\.1:\d+\/mcp/,
    /MCP_SERVER_URL/,
  ],
  [
    'a running server that sends clients to another issuer',
    (world) => {
      world.mcpResponder = (req, res) => {
        if (req.url !== '/mcp') {
          answerWith(res, { resource: world.mcp, authorization_servers: ['https://b.example/'] })
          return
        }
        const url = `${new URL(world.mcp).origin}/.well-known/oauth-protected-resource/mcp`
        res.writeHead(401, { 'WWW-Authenticate': `Bearer resource_metadata="${url}"` }).end()
      }
      return {}
    },
    'server.metadata',
    /sends clients to .*b\.example/,
    /ISSUER_BASE_URL/,
  ],
  [
    'a proxy that redirects clients',
    (world) => {
      world.mcpResponder = answering(301, { Location: `${world.deadOrigin}/mcp` })
      return {}
    },
    'server.challenge',
    /301, a redirect to http:\/\/127\.0\.0\.1:\d+\/mcp, where 401 is due/,
    /MCP_SERVER_URL/,
  ],
]

export const OF_THE_TOKEN: readonly Ailment[] = [
  [
    'a token that has expired',
    () => ({ claims: { exp: nowSeconds() - 1_000 } }),
    'token.inbound',
    /expired: 1\d{3} s ago/,
    /Sign in again/,
  ],
  [
    'a token for another server',
    () => ({ claims: { aud: 'https://b.example/mcp' } }),
    'token.inbound',
    /audience_mismatch/,
    /AUTH0_AUDIENCE/,
  ],
  [
    'a token of another authorization server',
    () => ({ claims: { iss: 'https://b.example/' } }),
    'token.inbound',
    /the token is of https:\/\/b\.example\//,
    /ISSUER_BASE_URL/,
  ],
]
