import { z } from 'zod'
import { BodyTooLargeError, readBodyWithin } from '../http/bounded-body.js'
import { createSender } from '../http/create-sender.js'
import type { Fetch } from '../http/fetch-json.js'
import { connectionDied } from '../http/fresh-connection.js'
import type { AnswerBody, HttpAnswer, HttpSender, OutgoingCall } from '../http/http-sender.js'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import { repeatedKeys } from '../openapi/json-places.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withIssues } from '../options/with-issues.js'
import { Secret } from '../secret.js'
import { decidedBy } from './decider-name.js'
import { opaDecision } from './opa-decision.js'
import { policyFailure } from './policy-failure.js'
import type { Policy, PolicyCall } from './policy.js'

/** Where Open Policy Agent is, and how it is asked. */
export interface OpaPolicyOptions {
  /** The rule that decides, at the data API: `https://opa.example.com/v1/data/mcp/decision`. */
  readonly url: URL
  /** Sent as a bearer token. Default: none. */
  readonly token?: Secret | undefined
  /** Default: connections of its own. */
  readonly fetch?: Fetch | undefined
  /** Accept plain http on any host. Default false: on this machine alone. */
  readonly dangerouslyAllowHttp?: boolean | undefined
}

const OPTIONS = withIssues(
  optionsSchema<OpaPolicyOptions>({
    url: optionValues.url.refine(
      ({ username, password, hash }) => username + password + hash === '',
      'must have no user name, password or fragment',
    ),
    token: z.instanceof(Secret, { error: "must be a Secret: new Secret('…')" }).optional(),
    fetch: optionValues.callable.optional(),
    dangerouslyAllowHttp: optionValues.flag.optional(),
  }),
  (options) => {
    const { url, dangerouslyAllowHttp: any } = options as Partial<OpaPolicyOptions>
    const isSecure = !(url instanceof URL) || isHttpsOrLoopback(url)
    if (isSecure || (any === true && url.protocol === 'http:')) return []
    return [{ path: ['url'], message: 'must be https, or http on this machine' }]
  },
)

/** A decision is a few words. */
const MAX_BYTES = 64 * 1024

/**
 * Creates a policy that has Open Policy Agent decide: by `POST` with `{"input": …}` at its data API. The input is the `PolicyCall`;
 * members that are `undefined` are left out. `opaDecision` says which results there are.
 *
 * The policy rejects with `policy_unavailable` where there is no decision: `unreachable`, `unexpected_status` (redirects are not
 * followed), `not_json`, `too_large` (64 KiB), `decision_undefined`, `decision_malformed`, and `input_unusable` for arguments that JSON
 * cannot carry. It asks a second time where a kept connection had ended before the answer began. Throws a `TypeError` for unusable
 * options.
 *
 * @category Tools and sessions
 * @example
 * const policy = createOpaPolicy({ url: new URL('http://localhost:8181/v1/data/mcp/decision') })
 * const protectedEndpoint = onBehalfOf({ ...options, policy })
 */
export function createOpaPolicy(options: OpaPolicyOptions): Policy {
  assertOptions('createOpaPolicy', OPTIONS, options)
  const { url, token, fetch } = options
  const send = createSender({ fetch })
  const headers = new Map([
    ['accept', 'application/json'],
    ['content-type', 'application/json'],
    ...(token === undefined ? [] : [['authorization', `Bearer ${token.reveal()}`] as const]),
  ])
  return decidedBy('opa', async function opaPolicy(call, signal) {
    const answer = await answerTo(send, {
      url,
      method: 'POST',
      headers,
      body: inputOf(call),
      signal,
    })
    if (answer.status !== 200) {
      answer.body?.cancel()
      throw policyFailure('unexpected_status', { status: answer.status })
    }
    return opaDecision(parsed(await textOf(answer.body)))
  })
}

function inputOf(call: PolicyCall): string {
  return JSON.stringify({ input: call }, (_, value: unknown) => {
    // JSON would say null for it, and the tool might be called with something else.
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw policyFailure('input_unusable', { why: 'an argument is a number out of range' })
    }
    return value
  })
}

/** A decision changes nothing, so that it can be asked for again. */
async function answerTo(send: HttpSender, call: OutgoingCall): Promise<HttpAnswer> {
  try {
    return await send(call)
  } catch (cause) {
    const isLast = call.freshConnection === true || call.signal.aborted
    if (isLast || !connectionDied(cause)) throw policyFailure('unreachable', { cause })
    return answerTo(send, { ...call, freshConnection: true })
  }
}

async function textOf(body: AnswerBody | undefined): Promise<string> {
  try {
    return await readBodyWithin(body, MAX_BYTES)
  } catch (cause) {
    throw policyFailure(cause instanceof BodyTooLargeError ? 'too_large' : 'unreachable', { cause })
  }
}

/** Parsers disagree about which of two members with one name counts. */
function parsed(text: string): unknown {
  const answer = json(text)
  if (repeatedKeys(text, 1).length === 0) return answer
  throw policyFailure('decision_malformed', { why: 'a member of the answer stands twice' })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw policyFailure('not_json', { cause })
  }
}
