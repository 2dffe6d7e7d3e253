import type { ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import type { FailureCode, FailureReason } from '../../../src/failures/errors.js'
import { answerWith, mintExchanged, tokenAnswer } from '../../helpers/exchange-answers.js'
import { callTool, initialize, sessionHeaders } from '../../helpers/mcp-requests.js'
import { createSigningKey } from '../../helpers/test-issuer.js'
import { hangUp, holdCalls, modern, sendLines, startCall } from '../../helpers/wire.js'
import { SIGNED_OUT } from './signed-out.js'
import {
  answerFromApi,
  ARGUMENT,
  call,
  misbehave,
  NAMED,
  refuseExchange,
  wantClaims,
  type Stand,
  type StandOptions,
} from './stand.js'

/** One way to cause a failure, and what is known of it afterwards. */
export interface Scenario extends StandOptions {
  readonly cause: (stand: Stand) => Promise<unknown>
  readonly reason?: FailureReason
  /** What the record says beside the code. `none`: the code does not occur in a tool call. */
  readonly record: Partial<ToolCallRecord> | 'none'
  /** The event of the log line. Default: `tool_failed`. */
  readonly event?: 'request_refused'
  /** Of the request, where that is over before its call. */
  readonly requestOutcome?: 'client_gone'
  /** Of the call, where it is not `greet`. */
  readonly tool?: string
}

const REFUSED = { event: 'request_refused' } as const
const UNREAD = { toolReadFrom: 'header', decision: 'undecided' } as const
const ALLOWED = { toolReadFrom: 'body', decision: 'allowed' } as const
const withToken = async (stand: Stand, message?: unknown, headers = {}) =>
  stand.post({ token: await stand.token(), headers }, message)

const failingPolicy = (): never => {
  throw new Error('the policy has failed')
}

/** Before a tool is known to be called, or allowed. */
const AT_THE_DOOR = {
  no_credentials: { ...REFUSED, record: UNREAD, cause: ({ post }) => post({ headers: NAMED }) },
  malformed_credentials: {
    ...REFUSED,
    ...{ reason: 'not_bearer', record: UNREAD },
    cause: async ({ post, token }) =>
      post({ headers: { ...NAMED, Authorization: `Basic ${await token()}` } }),
  },
  invalid_token: {
    ...REFUSED,
    ...{ reason: 'audience_mismatch', record: UNREAD },
    cause: async ({ post, token }) =>
      post({ token: await token({ aud: 'https://elsewhere.example/' }), headers: NAMED }),
  },
  signed_out: SIGNED_OUT,
  verifier_unavailable: {
    ...REFUSED,
    ...{ reason: 'unreachable', record: UNREAD },
    cause: async (stand) => {
      const token = await stand.token()
      await stand.server.issuer.close()
      return stand.post({ token, headers: NAMED })
    },
  },
  insufficient_scope: {
    ...REFUSED,
    reason: 'tool_scope_missing',
    record: { toolReadFrom: 'body', decision: 'step_up', missingScopes: ['tool:greet'] },
    cause: async ({ post, token }) => post({ token: await token({ scope: 'tool:whoami' }) }),
  },
  permission_denied: {
    ...REFUSED,
    reason: 'permission_missing',
    record: { toolReadFrom: 'body', decision: 'never' },
    cause: async ({ post, token }) => post({ token: await token({ permissions: ['other'] }) }),
  },
  invalid_request: {
    ...REFUSED,
    ...{ reason: 'not_json', record: UNREAD },
    cause: (stand) => withToken(stand, `{"name":"${ARGUMENT}"`, NAMED),
  },
  method_not_allowed: {
    ...REFUSED,
    record: UNREAD,
    cause: async ({ server, token }) =>
      sendLines(server.endpoint, {
        method: 'TRACE',
        headers: [['Authorization', `Bearer ${await token()}`], ...Object.entries(NAMED)],
      }),
  },
  not_acceptable: {
    ...REFUSED,
    record: UNREAD,
    cause: (stand) => withToken(stand, undefined, { ...NAMED, Accept: 'text/html' }),
  },
  unsupported_media_type: {
    ...REFUSED,
    record: UNREAD,
    cause: (stand) =>
      withToken(stand, JSON.stringify(call()), { ...NAMED, 'Content-Type': 'text/plain' }),
  },
  request_forbidden: {
    ...{ ...REFUSED, reason: 'origin_not_allowed', record: UNREAD },
    cause: (stand) => withToken(stand, undefined, { ...NAMED, Origin: 'https://evil.example' }),
  },
  request_too_large: {
    ...REFUSED,
    record: UNREAD,
    cause: (stand) => withToken(stand, ARGUMENT.repeat(20_000), NAMED),
  },
  rate_limited: {
    ...REFUSED,
    ...{ reason: 'messages_per_minute', record: UNREAD },
    environment: { RATE_LIMIT_PER_CALLER: '1' },
    cause: async ({ post, token }) => {
      const options = { token: await token(), headers: NAMED }
      await post(options)
      return post(options)
    },
  },
  session_not_found: {
    ...REFUSED,
    ...{ reason: 'session_unknown', record: ALLOWED },
    environment: { MCP_SESSIONS: 'on' },
    cause: (stand) => withToken(stand, undefined, sessionHeaders('00000000-unknown')),
  },
  session_limit: {
    ...REFUSED,
    record: 'none',
    environment: { MCP_SESSIONS: 'on', MAX_SESSIONS: '1', MAX_SESSIONS_PER_USER: '1' },
    cause: async ({ post, token }) => {
      await post({ token: await token({ sub: 'auth0|bob' }) }, initialize())
      return post({ token: await token() }, initialize())
    },
  },
} satisfies Partial<Record<FailureCode, Scenario>>

/** The token exchange. */
const EXCHANGE = {
  reauthentication_required: {
    ...REFUSED,
    ...{ reason: 'unexpected_status', record: ALLOWED },
    cause: (stand) => {
      refuseExchange(stand, 401, 'invalid_grant')
      return withToken(stand)
    },
  },
  ...refusedExchange('downstream_scope_denied', 'invalid_scope'),
  ...refusedExchange('consent_required', 'consent_required'),
  ...refusedExchange('mfa_required', 'mfa_required'),
  ...refusedExchange('exchange_misconfigured', 'unauthorized_client'),
  access_denied: {
    ...{ reason: 'claims_ignored', record: ALLOWED },
    cause: async (stand) => {
      wantClaims(stand)
      // The first three are challenges.
      for (let signIn = 0; signIn < 4; signIn += 1) await withToken(stand)
    },
  },
  delegation_refused: {
    ...{ reason: 'too_deep', record: ALLOWED },
    environment: { DELEGATION_MAX_DEPTH: '1' },
    cause: async ({ post, token }) =>
      post({ token: await token({ act: { sub: 'one', act: { sub: 'two' } } }) }),
  },
  exchange_unavailable: {
    ...{ reason: 'timed_out', record: ALLOWED },
    environment: { EXCHANGE_TIMEOUT_MS: '300' },
    cause: (stand) => {
      stand.server.issuer.tokenResponder = () => undefined
      return withToken(stand)
    },
  },
  exchange_rejected: {
    ...{ reason: 'signature', record: ALLOWED },
    cause: async (stand) => {
      const { issuer } = stand.server
      const key = { ...(await createSigningKey()), kid: issuer.keys[0]?.kid ?? '' }
      issuer.tokenResponder = async (request, res) => {
        answerWith(res, tokenAnswer(await mintExchanged(issuer, request, { key })))
      }
      return withToken(stand)
    },
  },
} satisfies Partial<Record<FailureCode, Scenario>>

/** The API, and the handlers of tools. */
const CALLS = {
  ...refusedByApi('downstream_unauthorized', 401),
  ...refusedByApi('downstream_forbidden', 403),
  downstream_failed: {
    ...{ reason: 'not_json', record: ALLOWED },
    cause: (stand) => {
      answerFromApi(stand, 200, 'text/html')
      return withToken(stand)
    },
  },
  downstream_unavailable: {
    ...{ reason: 'unreachable', record: ALLOWED },
    cause: async (stand) => {
      await stand.server.api.close()
      return withToken(stand)
    },
  },
  invalid_argument: {
    ...{ reason: 'path_value', record: ALLOWED, tool: 'misbehaves' },
    cause: (stand) => withToken(stand, misbehave('path')),
  },
  misconfigured: {
    ...{ reason: 'forbidden_header', record: ALLOWED, tool: 'misbehaves' },
    cause: (stand) => withToken(stand, misbehave('header')),
  },
  confirmation_unavailable: {
    ...{ reason: 'client_cannot_ask', record: ALLOWED, tool: 'asks' },
    cause: (stand) => withToken(stand, callTool('asks', { name: ARGUMENT })),
  },
  confirmation_refused: {
    ...{ reason: 'confirmation_mismatch', record: ALLOWED, tool: 'asks' },
    cause: (stand) => {
      const params = { name: 'asks', arguments: { name: ARGUMENT }, requestState: 'x' }
      const { message, headers } = modern('tools/call', params)
      return withToken(stand, message, headers)
    },
  },
  policy_denied: {
    ...{ reason: 'denied_by_policy', policy: () => ({ decision: 'deny' }) },
    record: { ...ALLOWED, decision: 'denied' },
    cause: (stand) => withToken(stand),
  },
  policy_unavailable: {
    ...{ reason: 'policy_failed', policy: failingPolicy },
    record: { ...ALLOWED, decision: 'denied' },
    cause: (stand) => withToken(stand),
  },
  tool_rate_limited: {
    ...{ reason: 'calls_per_minute', record: ALLOWED },
    environment: { TOOL_LIMITS: 'greet=1' },
    cause: async (stand) => {
      await withToken(stand)
      await withToken(stand)
    },
  },
  internal_error: {
    ...{ record: ALLOWED, tool: 'misbehaves' },
    cause: (stand) => withToken(stand, misbehave('throws')),
  },
  cancelled: {
    ...{ record: ALLOWED, tool: 'misbehaves', requestOutcome: 'client_gone' },
    cause: async ({ server, token }) => {
      const nextAtApi = holdCalls(server.api)
      const started = startCall(server.endpoint, {
        ...{ message: misbehave('waits'), token: await token() },
      })
      await nextAtApi()
      await hangUp(started)
    },
  },
  audit_unavailable: {
    ...REFUSED,
    ...{ record: { toolReadFrom: 'body', decision: 'undecided' }, sinkFails: true },
    cause: async (stand) => {
      await withToken(stand)
      await withToken(stand)
      stand.repairSink()
    },
  },
} satisfies Partial<Record<FailureCode, Scenario>>

function refusedExchange<Code extends FailureCode>(code: Code, error: string) {
  const scenario: Scenario = {
    ...{ reason: 'unexpected_status', record: ALLOWED },
    cause: (stand) => {
      refuseExchange(stand, 403, error)
      return withToken(stand)
    },
  }
  return { [code]: scenario } as Record<Code, Scenario>
}

function refusedByApi<Code extends FailureCode>(code: Code, status: number) {
  const scenario: Scenario = {
    ...{ reason: 'unexpected_status', record: ALLOWED },
    cause: (stand) => {
      answerFromApi(stand, status)
      return withToken(stand)
    },
  }
  return { [code]: scenario } as Record<Code, Scenario>
}

/** Every failure code, caused once. A code without a row here does not compile. */
export const SCENARIOS: Readonly<Record<FailureCode, Scenario>> = {
  ...AT_THE_DOOR,
  ...EXCHANGE,
  ...CALLS,
}
