import type { Blueprint } from '../blueprint.js'
import type { Found, KnownClient } from '../found.js'
import { SetupError } from '../setup-error.js'

/** What a settings file has; `undefined`: there is none. */
export type ExistingSettings = Readonly<Record<string, string | undefined>> | undefined
/** `undefined` stands for what is known once the client has been created. */
export type ClientSettings = Readonly<Record<string, string | undefined>>

interface CredentialNames {
  readonly id: string
  readonly secret: string
}

const EXCHANGING = { id: 'MCP_AUTH0_CLIENT_ID', secret: 'MCP_AUTH0_CLIENT_SECRET' } as const
const PAGE = { id: 'CONFIRMATION_CLIENT_ID', secret: 'CONFIRMATION_CLIENT_SECRET' } as const
const PAGE_USE = 'CONFIRMATION_PAGE'

/**
 * The settings with the credentials of the clients that the server uses.
 *
 * Without `--confirmation-page`, those of the page are what the file of this very server has. Throws a `SetupError` for a
 * secret that is neither shown to the token nor in the file.
 */
export function clientSettings(
  blueprint: Blueprint,
  { client, pageClient }: Found,
  existing: ExistingSettings,
): ClientSettings {
  const { confirmationPage: use } = blueprint
  return {
    ...credentials(client, EXCHANGING, existing),
    ...(use === undefined
      ? keptSettings(blueprint, existing)
      : { [PAGE_USE]: use, ...credentials(pageClient, PAGE, existing) }),
  }
}

/** The settings of the confirmation page that stay as they are in the file: that of another server or tenant has none. */
export function keptSettings(
  { confirmationPage, domain, server }: Blueprint,
  existing: ExistingSettings = {},
): Readonly<Record<string, string>> {
  const { AUTH0_DOMAIN, AUTH0_AUDIENCE, [PAGE.id]: id, [PAGE.secret]: secret } = existing
  const use = existing[PAGE_USE]
  const isOfThisServer = AUTH0_DOMAIN === domain && AUTH0_AUDIENCE === server.identifier
  if (confirmationPage !== undefined || !isOfThisServer) return {}
  if (!['off', 'fallback', 'always'].includes(use ?? '')) return {}
  if (use === undefined || id === undefined || secret === undefined) return {}
  return { [PAGE_USE]: use, [PAGE.id]: id, [PAGE.secret]: secret }
}

function credentials(
  client: KnownClient | undefined,
  names: CredentialNames,
  existing: ExistingSettings,
): ClientSettings {
  if (client === undefined) return { [names.id]: undefined, [names.secret]: undefined }
  const { clientId } = client
  const kept = existing?.[names.id] === clientId ? existing[names.secret] : undefined
  const secret = client.secret?.reveal() ?? kept
  if (secret === undefined) throw secretUnknown(clientId, names)
  return { [names.id]: clientId, [names.secret]: secret }
}

function secretUnknown(clientId: string, { secret }: CredentialNames): SetupError {
  const keyed =
    secret === EXCHANGING.secret
      ? ' A client that authenticates with a private key has no secret: use --no-settings-file and set MCP_AUTH0_CLIENT_PRIVATE_KEY.'
      : ''
  return new SetupError(
    `The secret of ${clientId} is not shown to this token, so ${secret} cannot be written.`,
    `Give the Management API token the scope read:client_keys; or run with --no-settings-file and copy the secret from the Dashboard (Applications, that client, Settings).${keyed}`,
  )
}
