import * as openid from 'openid-client'
import { captureResponse, refusalIn } from '../../../src/exchange/token-response.js'
import { openidConfiguration } from '../../../src/exchange/openid-configuration.js'
import type { Fetch } from '../../../src/http/fetch-json.js'
import { scrub } from '../../../src/logging/scrub.js'
import { Secret } from '../../../src/secret.js'
import { USER_AGENT } from '../../../src/version.js'
import type { GuardedIo } from '../../guarded-output.js'
import { printable } from '../../printable.js'
import { CHECK_TIMEOUT_MS } from '../deployment.js'
import { notCheckable, ok, wrong, type Observation } from '../finding.js'
import { networkFault } from '../network-fault.js'
import type { AuthorizationServer } from './authorization-server.js'
import type { SignInClient } from './sign-in-client.js'

export interface Redemption {
  readonly server: AuthorizationServer
  readonly client: SignInClient
  /** The callback as it was called: redirect URI and answer. */
  readonly callback: URL
  readonly state: string
  readonly codeVerifier: Secret
  readonly resource: string
  readonly fetch: Fetch
  readonly keep: GuardedIo['keep']
}

const CHECK = 'sign_in.token'

const HINTS: Readonly<Record<string, string>> = {
  invalid_client:
    'The client has to prove itself, and the doctor has nothing to do so with: register it as a public client (token_endpoint_auth_method none).',
  unauthorized_client: 'Allow this client the authorization code grant.',
  invalid_target:
    'Have the authorization server take the same resource here as at its authorization endpoint.',
  invalid_grant:
    'Sign in again. If it stays: have the authorization server take PKCE with S256, and redirect URIs on loopback with any port (RFC 8252 §7.3).',
}

/** Redeems a code for an access token (RFC 6749 §4.1.3); checks the answer to the authorization request once more. */
export async function redeemCode(
  redemption: Redemption,
): Promise<{ readonly finding: Observation; readonly token?: Secret }> {
  const { server, client, callback, state, codeVerifier, resource, keep } = redemption
  const capture = captureResponse({
    fetch: redemption.fetch,
    signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
    userAgent: USER_AGENT,
  })
  const configuration = openidConfiguration(
    server.metadata,
    { clientId: client.clientId, authenticate: () => client.authentication, mutualTls: false },
    capture.fetch,
  )
  const checks = { expectedState: state, pkceCodeVerifier: codeVerifier.reveal() }
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, callback, checks, {
      resource,
    })
    for (const other of [tokens.refresh_token, tokens.id_token]) {
      if (other !== undefined) keep(new Secret(other))
    }
    const token = keep(new Secret(tokens.access_token))
    return tokens.token_type === 'bearer'
      ? { finding: received(tokens.scope), token }
      : { finding: bound() }
  } catch (error) {
    return { finding: failed(error, capture, server) }
  }
}

function received(scope: string | undefined): Observation {
  const granted = scope === undefined ? 'what was asked for' : printable(scope)
  return ok(CHECK, `The code was redeemed for an access token, with ${granted}.`)
}

function bound(): Observation {
  return wrong(
    CHECK,
    'The access token is bound to a key, which no MCP client asked for.',
    'Have the authorization server give this client plain bearer tokens.',
  )
}

function failed(
  error: unknown,
  capture: ReturnType<typeof captureResponse>,
  { metadata }: AuthorizationServer,
): Observation {
  const answer = capture.answer()
  if (answer === undefined) {
    const { message, hint, cause } = networkFault(
      capture.failure() ?? error,
      new URL(metadata.token_endpoint ?? metadata.issuer),
    )
    const finding = wrong(CHECK, `The token endpoint does not answer: ${message}.`, hint)
    return { ...finding, networkCause: cause }
  }
  const refusal = refusalIn(answer)
  if (refusal === undefined) {
    return wrong(
      CHECK,
      'The token endpoint answers with 200, and with no token response that a client could use.',
      'Have the authorization server answer as RFC 6749 §5.1 describes it: access_token, and token_type Bearer.',
    )
  }
  const { status, error: code, errorDescription } = refusal
  const words = [String(status), scrub(code, 60), scrub(errorDescription, 200)].filter(
    (word) => word !== undefined,
  )
  const message = `The authorization server does not take the code (${printable(words.join(', '))}).`
  if (status === 429 || status >= 500) return notCheckable(CHECK, message, 'Try again later.')
  return wrong(
    CHECK,
    message,
    (code !== undefined && Object.hasOwn(HINTS, code) ? HINTS[code] : undefined) ??
      'Look into the log of the authorization server at this time.',
  )
}
