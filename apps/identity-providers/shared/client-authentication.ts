import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { ClientLookup } from './client-lookup.js'
import { sha256 } from './sha256.js'
import { OAuthRefusal } from './oauth-refusal.js'
import type { Parameters } from './parameters.js'
import { isPublicClient, type RegisteredClient } from './registered-client.js'

/** Checks a `client_assertion`; throws an `OAuthRefusal`. */
export type AssertionCheck = (client: RegisteredClient, assertion: string) => Promise<void>

export interface ClientAuthenticationParts {
  readonly findClient: ClientLookup
  /** Absent: assertions are not taken here. */
  readonly checkAssertion?: AssertionCheck | undefined
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Finds out which client sends a token request, and that it is that client. One way of authentication at a time. */
export async function authenticateClient(
  { findClient, checkAssertion }: ClientAuthenticationParts,
  parameters: Parameters,
  headers: IncomingHttpHeaders,
): Promise<RegisteredClient> {
  const basic = parseBasic(headers.authorization)
  const posted = parameters.optional('client_secret')
  const assertion = parameters.optional('client_assertion')
  if ([basic, posted, assertion].filter((one) => one !== undefined).length > 1) {
    throw new OAuthRefusal({
      error: 'invalid_request',
      description: 'more than one way of client authentication',
      reason: 'parameter_malformed',
    })
  }
  const clientId = basic?.clientId ?? parameters.optional('client_id') ?? subjectOf(assertion)
  const client = clientId === undefined ? undefined : await findClient(clientId)
  if (client === undefined) throw unauthorized('client_unknown', `unknown client ${clientId ?? ''}`)
  if (assertion !== undefined) {
    if (
      parameters.optional('client_assertion_type') !== ASSERTION_TYPE ||
      checkAssertion === undefined
    ) {
      throw unauthorized('client_assertion_wrong', 'this client assertion is not taken')
    }
    await checkAssertion(client, assertion)
    return client
  }
  assertSecret(client, basic?.secret ?? posted)
  return client
}

function assertSecret(client: RegisteredClient, secret: string | undefined): void {
  if (isPublicClient(client)) {
    if (secret === undefined) return
    throw unauthorized('client_secret_wrong', 'a public client has no secret')
  }
  if (secret === undefined) {
    throw unauthorized('client_credential_missing', 'Invalid client or Invalid client credentials')
  }
  const isRight =
    client.secret !== undefined && timingSafeEqual(sha256(secret), sha256(client.secret))
  if (!isRight) {
    throw unauthorized('client_secret_wrong', 'Invalid client or Invalid client credentials')
  }
}

/** RFC 6749 §2.3.1: both halves are form-encoded. */
function parseBasic(
  header: string | undefined,
): { readonly clientId: string; readonly secret: string } | undefined {
  const [, encoded] = /^Basic ([\w+/]+={0,2})$/i.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const [, id = '', secret = ''] =
    /^([^:]*):([\s\S]*)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return { clientId: formDecoded(id), secret: formDecoded(secret) }
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function subjectOf(assertion: string | undefined): string | undefined {
  try {
    const [, payload = ''] = assertion?.split('.') ?? []
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
    if (typeof claims !== 'object' || claims === null || !('sub' in claims)) return undefined
    return typeof claims.sub === 'string' ? claims.sub : undefined
  } catch {
    return undefined
  }
}

function unauthorized(
  reason:
    | 'client_unknown'
    | 'client_credential_missing'
    | 'client_secret_wrong'
    | 'client_assertion_wrong',
  description: string,
): OAuthRefusal {
  return new OAuthRefusal({ status: 401, error: 'invalid_client', description, reason })
}
