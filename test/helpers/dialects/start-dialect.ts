import type { Environment } from '../../../src/config/config.js'
import { startMcpServer, type TestServer } from '../start-mcp-server.js'
import { startTestApi, type TestApi } from '../test-api.js'
import type { TestIssuer } from '../test-issuer.js'
import { callForAnswer, type ToolAnswer } from '../tool-answer.js'
import { pathsOf, writtenScopes, type Dialect, type UserNumber, type World } from './dialect.js'
import { ProviderStand, type Asked, type Claims, type Signing } from './provider-stand.js'

export const SECRET = 'secret-of-the-client-of-the-mcp-server'

/** A token that is a good one but for these. */
export interface TokenChanges extends Signing {
  /** Laid over the claims; `undefined` removes one. */
  readonly claims?: Claims | undefined
  readonly scopes?: readonly string[]
  /** In whose name. Default: as the dialect has it. */
  readonly path?: string
}

/** The standalone server between an API and an identity provider that speaks a dialect. */
export interface DialectStack {
  readonly dialect: Dialect
  readonly stand: ProviderStand
  readonly world: World
  readonly server: TestServer
  readonly api: TestApi
  /** Everything that was signed or is secret. */
  readonly secrets: string[]
  /** A user's token for the MCP server, with every scope that `greet` and `whoami` need. */
  subjectToken(user: UserNumber, changes?: TokenChanges): Promise<string>
  /** What the API gets for `read:private`. */
  issuedToken(user: UserNumber, changes?: TokenChanges): Promise<string>
  /** Answers every exchange as the dialect does. */
  answerWell(): void
  /** Calls a tool of a user, `greet` unless another is named. */
  call(user: UserNumber, options?: { changes?: TokenChanges; tool?: string }): Promise<ToolAnswer>
  /** Calls `greet` with a token. */
  callWith(token: string): Promise<ToolAnswer>
  close(): Promise<void>
}

/** `unused` is the issuer that the helper for servers wants and that nothing refers to. */
export async function startDialect(dialect: Dialect, unused: TestIssuer): Promise<DialectStack> {
  const stand = await ProviderStand.start(pathsOf(dialect))
  const api = await startTestApi((_req, res) => {
    const body = { msg: 'Hello from the protected API', sub: 'somebody', scopes: 'read:private' }
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
  const origin = stand.server.origin
  const { issuerPath, exchangePath = issuerPath, answerPath = exchangePath } = dialect
  const server = await startMcpServer({
    ...{ issuer: unused, api },
    environment: environmentOf(dialect, origin),
  })
  const world = { origin, endpoint: server.audience }
  const secrets = [SECRET]
  const sign = async (claims: Claims, changes: TokenChanges): Promise<string> => {
    const header = { typ: dialect.typ, ...changes.header }
    const token = await stand.sign(claims, { ...changes, header })
    secrets.push(token)
    return token
  }
  const subjectToken: DialectStack['subjectToken'] = (user, changes = {}) => {
    const { ownPrefix = '' } = dialect
    const scopes = (changes.scopes ?? OWN_SCOPES).map((scope) => `${ownPrefix}${scope}`)
    // Issued a while ago: a refusal of it is not put down to us.
    const own = {
      ...times(-300),
      ...dialect.subject(world, user),
      ...writtenScopes(dialect, scopes),
    }
    const iss = stand.issuerAt(changes.path ?? issuerPath)
    return sign({ iss, ...own, ...changes.claims }, changes)
  }
  const issuedToken: DialectStack['issuedToken'] = (user, changes = {}) => {
    const { tokenPrefix = '' } = dialect
    const scopes = (changes.scopes ?? ['read:private']).map((scope) => `${tokenPrefix}${scope}`)
    const own = { ...times(0), ...dialect.issued(world, user), ...writtenScopes(dialect, scopes) }
    const iss = stand.issuerAt(changes.path ?? answerPath)
    return sign({ iss, ...own, ...changes.claims }, changes)
  }
  const stack: DialectStack = {
    ...{ dialect, stand, world, server, api, secrets, subjectToken, issuedToken },
    answerWell() {
      stand.responder = async (asked) =>
        dialect.answer(await issuedToken(userOf(dialect, asked, world)))
    },
    async call(user, { changes = {}, tool = 'greet' } = {}) {
      return callForAnswer(server, { token: await subjectToken(user, changes), tool })
    },
    callWith: (token) => callForAnswer(server, { token }),
    async close() {
      await server.close()
      await Promise.all([api.close(), stand.close()])
    },
  }
  stack.answerWell()
  return stack
}

function environmentOf(dialect: Dialect, origin: string): Environment {
  return {
    ISSUER_BASE_URL: `${origin}${dialect.issuerPath}`,
    IDENTITY_PROVIDER: dialect.provider,
    MCP_AUTH0_CLIENT_ID: dialect.clientId,
    MCP_AUTH0_CLIENT_SECRET: SECRET,
    API_AUTH0_AUDIENCE: dialect.audience,
    ...dialect.settings(origin),
  }
}

const OWN_SCOPES = ['tool:whoami', 'tool:greet']

function times(offsetSeconds: number): Claims {
  const now = Math.floor(Date.now() / 1_000)
  return { iat: now + offsetSeconds, nbf: now + offsetSeconds, exp: now + 600 }
}

/** The user of an exchange, by the claims of the token that was sent. */
function userOf(dialect: Dialect, { parameters }: Asked, world: World): UserNumber {
  const token = parameters.get(dialect.subjectParameter) ?? ''
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  const claims = JSON.parse(text) as Claims
  const number = /(\d+)\D*$/.exec(String(claims['sub']))?.[1]
  const user = Number(number)
  if (dialect.subject(world, user)['sub'] !== claims['sub']) throw new Error('an unknown user')
  return user
}
