import * as openid from 'openid-client'
import type { Fetch } from '../../../src/http/fetch-json.js'
import { isLoopback } from '../../../src/http/secure-url.js'
import { scrub } from '../../../src/logging/scrub.js'
import type { GuardedIo } from '../../guarded-output.js'
import { printable } from '../../printable.js'
import { notCheckable, ok, warning, wrong, type Observation } from '../finding.js'
import type { ProviderWords } from '../providers/provider-words.js'
import { isEndpoint, type AuthorizationServer } from './authorization-server.js'
import type { CallbackListener } from './callback-listener.js'
import { clientDocument, clientMetadata } from './client-document.js'
import { deleteClient, registerClient, type RegisteredClient } from './client-registration.js'

/** As whom the doctor signs a person in. */
export interface SignInClient {
  readonly clientId: string
  readonly authentication: openid.ClientAuth
  /** Deletes what was made for this sign-in, and says what stays. Absent where nothing was made. */
  readonly remove?: () => Promise<Observation>
}

export interface ClientChoice {
  /** A client that exists; takes the place of whatever the server offers. */
  readonly clientId: string | undefined
  readonly scope: string | undefined
  readonly server: AuthorizationServer
  readonly listener: CallbackListener
  readonly fetch: Fetch
  readonly keep: GuardedIo['keep']
  /** How clients are registered and deleted at the identity provider. */
  readonly words: Pick<ProviderWords, 'newClient' | 'registeredClients'>
}

const CHECK = 'sign_in.client'
const REMOVAL = 'sign_in.client_removal'
const PUBLIC = openid.None()

/**
 * Chooses a client as an MCP client would: the one given, else a client ID metadata document, else dynamic registration.
 *
 * The document has to be where the authorization server can fetch it, so the doctor serves one of its own only to an
 * authorization server on this machine: no address in the internet is ours to name, and whoever owns the address is the client.
 */
export async function chooseClient(
  choice: ClientChoice,
): Promise<{ readonly finding: Observation; readonly client?: SignInClient }> {
  const { clientId, server, listener } = choice
  if (clientId !== undefined) {
    const finding = ok(CHECK, `The client is the given one, ${printable(clientId)}.`)
    return { finding, client: { clientId, authentication: PUBLIC } }
  }
  const takesDocuments = server.metadata['client_id_metadata_document_supported'] === true
  if (takesDocuments && isLoopback(new URL(server.issuer))) {
    const address = listener.serveDocument()
    const finding = ok(CHECK, `The client is a metadata document, ${address}.`)
    return { finding, client: { clientId: address, authentication: PUBLIC } }
  }
  const { registration_endpoint: endpoint } = server.metadata
  if (endpoint === undefined) return { finding: noWay(takesDocuments, choice) }
  if (!isEndpoint(endpoint, server)) {
    const message = `The metadata names a registration endpoint that is not https: ${printable(endpoint)}.`
    return { finding: wrong(CHECK, message, GIVE_ONE) }
  }
  return register(new URL(endpoint), choice)
}

const GIVE_ONE =
  'Give a client by --client-id: a native, public client (without a secret) that is registered at the authorization server.'

function noWay(
  takesDocuments: boolean,
  { listener: { redirectUri }, words }: ClientChoice,
): Observation {
  const example = JSON.stringify(clientDocument('https://…', redirectUri.href))
  return notCheckable(
    CHECK,
    takesDocuments
      ? 'The authorization server takes client ID metadata documents only, and would have to fetch one from an https address.'
      : 'The authorization server offers clients no way in: neither metadata documents nor registration.',
    takesDocuments
      ? `${GIVE_ONE} Or put a document at an https address of yours, and give that address: ${example}`
      : `${GIVE_ONE} ${words.newClient} Its redirect URI is ${redirectUri.href}; --redirect-uri names another.`,
  )
}

async function register(
  endpoint: URL,
  { listener, scope, fetch, keep, words }: ClientChoice,
): Promise<{ readonly finding: Observation; readonly client?: SignInClient }> {
  const described = clientMetadata(listener.redirectUri.href)
  const metadata = scope === undefined ? described : { ...described, scope }
  const answer = await registerClient({ endpoint, metadata, fetch, keep })
  switch (answer.kind) {
    case 'unreachable': {
      const { message, hint, cause } = answer.fault
      const finding = wrong(CHECK, `The registration endpoint does not answer: ${message}.`, hint)
      return { finding: { ...finding, networkCause: cause } }
    }
    case 'refused':
      return { finding: refused(answer.status, answer.body) }
    case 'registered': {
      const { client } = answer
      const finding = ok(
        CHECK,
        `The doctor has registered as the client ${printable(client.clientId)}.`,
      )
      const remove = () => removal(client, fetch, words)
      return {
        finding,
        client: { clientId: client.clientId, authentication: authenticationOf(client), remove },
      }
    }
  }
}

function refused(status: number, body: Readonly<Record<string, unknown>>): Observation {
  const words = [body['error'], body['error_description']].flatMap((word) => scrub(word, 200) ?? [])
  const said = words.length === 0 ? '' : `, ${printable(words.join(', '))}`
  const message = `The authorization server does not register the doctor (${status}${said}).`
  if (status === 429 || status >= 500) return notCheckable(CHECK, message, 'Try again later.')
  return wrong(
    CHECK,
    message,
    `MCP clients that register themselves meet the same. Correct the registration policy of the authorization server. Or leave registration out: ${GIVE_ONE}`,
  )
}

/** RFC 7591 §2: a client with a secret uses Basic where the server does not say otherwise. */
function authenticationOf({ secret, authenticationMethod }: RegisteredClient): openid.ClientAuth {
  if (secret === undefined || authenticationMethod === 'none') return PUBLIC
  return authenticationMethod === 'client_secret_post'
    ? openid.ClientSecretPost(secret.reveal())
    : openid.ClientSecretBasic(secret.reveal())
}

async function removal(
  { clientId, management }: RegisteredClient,
  fetch: Fetch,
  words: ClientChoice['words'],
): Promise<Observation> {
  const name = printable(clientId)
  const byHand = words.registeredClients
  if (management === undefined) {
    const message = `The client ${name} stays registered: the server names no address at which it could be deleted (RFC 7592).`
    return ok(REMOVAL, message, byHand)
  }
  const status = await deleteClient(management, fetch)
  return status === 204 || status === 200
    ? ok(REMOVAL, `The client ${name} is deleted again.`)
    : warning(
        REMOVAL,
        `The client ${name} could not be deleted (${status ?? 'no answer'}).`,
        byHand,
      )
}
