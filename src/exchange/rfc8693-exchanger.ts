import * as openid from 'openid-client'
import { systemClock, type Clock } from '../clock.js'
import { OnBehalfOfError } from '../errors.js'
import type { Fetch } from '../identity/fetch-json.js'
import type { IssuerMetadata } from '../identity/issuer-metadata.js'
import { parseScope } from '../scopes.js'
import { Secret } from '../secret.js'
import { USER_AGENT } from '../version.js'
import {
  createAuthenticator,
  type Authenticator,
  type ClientAuthentication,
} from './client-authentication.js'
import { exchangeFailure } from './exchange-failure.js'
import { limitedUntil, recordingFetch, refusalIn, type RecordingFetch } from './token-endpoint.js'
import {
  ACCESS_TOKEN_TYPE,
  type ExchangedToken,
  type TokenExchanger,
  type TokenExchangeRequest,
} from './token-exchanger.js'

const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

export interface Rfc8693ExchangerOptions {
  /**
   * The metadata of the subject token's issuer, where the exchange takes place; asked for at every exchange,
   * so it should be kept at hand.
   */
  readonly metadata: (issuer: string) => Promise<IssuerMetadata>
  readonly clientId: string
  /** A key that cannot be used surfaces at the first exchange, as `exchange_misconfigured`. */
  readonly clientAuthentication: ClientAuthentication
  /** Default: the access-token type of RFC 8693 §3. */
  readonly subjectTokenType?: string
  /** For one exchange from connecting to the last byte. Default 5000. */
  readonly timeoutMs?: number
  readonly fetch?: Fetch
  readonly clock?: Clock
}

/**
 * Exchanges tokens at any RFC 8693 authorization server, by way of `openid-client`.
 *
 * The answer is taken as it came: whether the token is the one that was asked for is not checked here.
 */
export function createRfc8693Exchanger(options: Rfc8693ExchangerOptions): TokenExchanger {
  const { clientId, clock = systemClock, fetch = globalThis.fetch, timeoutMs = 5_000 } = options
  const mutualTls = options.clientAuthentication.method === 'tls_client_auth'
  let authenticator: Promise<Authenticator> | undefined
  return {
    async exchange(request, { signal } = {}) {
      authenticator ??= createAuthenticator(options.clientAuthentication)
      const authenticate = await authenticator.catch(unusableKey)
      const metadata = await options.metadata(request.caller.issuer).catch(metadataUnavailable)
      const deadline = AbortSignal.timeout(timeoutMs)
      const recording = recordingFetch({
        fetch,
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
        userAgent: USER_AGENT,
      })
      try {
        const answer = await openid.genericGrantRequest(
          configuration(metadata, { clientId, authenticate, mutualTls }, recording),
          TOKEN_EXCHANGE_GRANT,
          parameters(request, options.subjectTokenType ?? ACCESS_TOKEN_TYPE),
        )
        return exchangedToken(answer, {
          clock,
          limitedUntilSeconds: limitedUntil(recording.answer()),
        })
      } catch (cause) {
        const issuedAtSeconds = request.caller.issuedAtSeconds
        const subject = { clock, ...(issuedAtSeconds === undefined ? {} : { issuedAtSeconds }) }
        const refusal = refusalIn(recording.answer(), clock)
        if (refusal !== undefined) throw exchangeFailure(refusal, subject)
        throw unusableAnswer(recording, { deadline, cause })
      }
    },
  }
}

function parameters(
  request: TokenExchangeRequest,
  subjectTokenType: string,
): Record<string, string> {
  return {
    subject_token: request.subjectToken.reveal(),
    subject_token_type: subjectTokenType,
    requested_token_type: ACCESS_TOKEN_TYPE,
    audience: request.audience,
    ...(request.scopes.length === 0 ? {} : { scope: request.scopes.join(' ') }),
    ...(request.caller.organization === undefined || subjectTokenType === ACCESS_TOKEN_TYPE
      ? {}
      : { organization: request.caller.organization }),
  }
}

interface ExchangingClient {
  readonly clientId: string
  readonly authenticate: Authenticator
  /** Prefer the endpoints that the server keeps for mutual TLS (RFC 8705 §5). */
  readonly mutualTls: boolean
}

/** A configuration a request: it carries this request's `fetch`, which knows deadline and signal. */
function configuration(
  metadata: IssuerMetadata,
  client: ExchangingClient,
  recording: RecordingFetch,
): openid.Configuration {
  const configured = new openid.Configuration(
    metadata as openid.ServerMetadata,
    client.clientId,
    { use_mtls_endpoint_aliases: client.mutualTls },
    client.authenticate(metadata),
  )
  configured[openid.customFetch] = recording.fetch as openid.CustomFetch
  // Which plain-http issuers are acceptable has been decided by the configuration.
  if (new URL(metadata.token_endpoint ?? metadata.issuer).protocol === 'http:') {
    openid.allowInsecureRequests(configured)
  }
  return configured
}

interface AnswerContext {
  readonly clock: Clock
  readonly limitedUntilSeconds: number | undefined
}

function exchangedToken(
  answer: Awaited<ReturnType<typeof openid.genericGrantRequest>>,
  { clock, limitedUntilSeconds }: AnswerContext,
): ExchangedToken {
  const lifetimeSeconds = answer.expires_in
  return {
    token: new Secret(answer.access_token),
    tokenType: answer.token_type,
    ...(lifetimeSeconds === undefined
      ? {}
      : { expiresAtSeconds: Math.floor(clock() / 1_000) + lifetimeSeconds }),
    ...(limitedUntilSeconds === undefined ? {} : { limitedUntilSeconds }),
    ...(answer.scope === undefined ? {} : { scopes: parseScope(answer.scope) }),
    ...(typeof answer['issued_token_type'] === 'string'
      ? { issuedTokenType: answer['issued_token_type'] }
      : {}),
  }
}

function unusableKey(cause: unknown): never {
  throw new OnBehalfOfError('exchange_misconfigured', { reason: 'client_key_unusable', cause })
}

function metadataUnavailable(cause: unknown): never {
  throw new OnBehalfOfError('exchange_unavailable', {
    reason: 'metadata_unavailable',
    retryAfterSeconds: 5,
    cause,
  })
}

function unusableAnswer(
  recording: RecordingFetch,
  { deadline, cause }: { deadline: AbortSignal; cause: unknown },
): OnBehalfOfError {
  const reason = deadline.aborted
    ? 'timed_out'
    : recording.answer() === undefined
      ? 'unreachable'
      : 'nonsense'
  return new OnBehalfOfError('exchange_unavailable', { reason, retryAfterSeconds: 5, cause })
}
