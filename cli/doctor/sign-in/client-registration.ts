import { z } from 'zod'
import { readTextWithin } from '../../../src/http/bounded-body.js'
import type { Fetch } from '../../../src/http/fetch-json.js'
import { jsonObject } from '../../../src/http/json-object.js'
import { Secret } from '../../../src/secret.js'
import { USER_AGENT } from '../../../src/version.js'
import type { GuardedIo } from '../../guarded-output.js'
import { CHECK_TIMEOUT_MS } from '../deployment.js'
import { networkFault, type NetworkFault } from '../network-fault.js'

/** A client that has registered itself (RFC 7591 §3.2.1). */
export interface RegisteredClient {
  readonly clientId: string
  /** Some servers give one to clients that asked for none. */
  readonly secret: Secret | undefined
  readonly authenticationMethod: string | undefined
  /** Where it can be deleted, and with what (RFC 7592); absent where the server offers that to nobody. */
  readonly management: { readonly url: URL; readonly token: Secret } | undefined
}

/** How the server answered a registration. */
export type RegistrationAnswer =
  | { readonly kind: 'registered'; readonly client: RegisteredClient }
  | {
      readonly kind: 'refused'
      readonly status: number
      readonly body: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'unreachable'; readonly fault: NetworkFault }

const MAX_BYTES = 256 * 1024

const REGISTERED = z.looseObject({
  client_id: z.string().min(1),
  client_secret: z.string().min(1).optional(),
  token_endpoint_auth_method: z.string().optional(),
  registration_access_token: z.string().min(1).optional(),
  registration_client_uri: z.url().optional(),
})

export interface RegistrationOptions {
  readonly endpoint: URL
  readonly metadata: object
  readonly fetch: Fetch
  readonly keep: GuardedIo['keep']
}

/**
 * Registers a client (RFC 7591 §3.1). Follows no redirect. Where the client can be deleted counts only on the origin of
 * the registration endpoint: no other may be sent the token.
 */
export async function registerClient(options: RegistrationOptions): Promise<RegistrationAnswer> {
  const { endpoint, metadata, fetch } = options
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'user-agent': USER_AGENT,
      },
      body: JSON.stringify(metadata),
    })
    const body = jsonObject(await readTextWithin(response, MAX_BYTES))
    // RFC 7591 has 201; MCP clients take any success.
    const parsed = response.ok ? REGISTERED.safeParse(body) : undefined
    if (parsed?.success !== true) return { kind: 'refused', status: response.status, body }
    return { kind: 'registered', client: registered(parsed.data, options) }
  } catch (error) {
    return { kind: 'unreachable', fault: networkFault(error, endpoint) }
  }
}

function registered(
  answer: z.infer<typeof REGISTERED>,
  { endpoint, keep }: RegistrationOptions,
): RegisteredClient {
  const { registration_access_token: token, registration_client_uri: address } = answer
  const secretOf = (text: string | undefined): Secret | undefined =>
    text === undefined ? undefined : keep(new Secret(text))
  const kept = secretOf(token)
  const url = address === undefined ? undefined : new URL(address)
  return {
    clientId: answer.client_id,
    secret: secretOf(answer.client_secret),
    authenticationMethod: answer.token_endpoint_auth_method,
    management:
      kept === undefined || url?.origin !== endpoint.origin ? undefined : { url, token: kept },
  }
}

/** Deletes a client (RFC 7592 §2.3); gives the status, or `undefined` where no answer came. */
export async function deleteClient(
  { url, token }: NonNullable<RegisteredClient['management']>,
  fetch: Fetch,
): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: 'DELETE',
      redirect: 'manual',
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      headers: { authorization: `Bearer ${token.reveal()}`, 'user-agent': USER_AGENT },
    })
    await response.body?.cancel().catch(() => undefined)
    return response.status
  } catch {
    return undefined
  }
}
