import { createHash } from 'node:crypto'

/** Stands in the names or the metadata of all that setup creates. `--remove` deletes nothing without it. */
const MARK = 'mcp-on-behalf-of'
const SUFFIX = `(${MARK})`

/** Keys of the `client_metadata` of the clients that setup has created or uses. */
export const METADATA = {
  /** Says that setup has created the client. */
  provisionedBy: 'provisioned_by',
  /** The tag of the MCP server that the client belongs to, for Custom Token Exchange. */
  server: 'mcp_on_behalf_of_server',
  /** The tag of the MCP server on whose confirmation page people sign in as this client. */
  confirmationPage: 'mcp_on_behalf_of_confirmation',
  /** What to undo elsewhere: `mcp_on_behalf_of_undo_1`, `…_2`. */
  undo: 'mcp_on_behalf_of_undo_',
} as const

/** What `client_metadata` of a client has that setup has created. */
export const CREATED_BY_SETUP = { [METADATA.provisionedBy]: MARK } as const

const SLUG_LENGTH = 24

/**
 * A short name for an MCP server, made from its identifier: `localhost-3001-mcp-1a2b3c4d`, 33 characters at most.
 *
 * It tells the servers of one tenant apart, so that removing one leaves the others alone.
 */
export function serverTag(identifier: string): string {
  const slug = identifier
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replaceAll(/^-+|-+$/g, '')
  const hash = createHash('sha256').update(identifier).digest('hex').slice(0, 8)
  return slug === '' ? hash : `${slug}-${hash}`
}

/** The names and descriptions of what setup creates for the MCP server with this identifier. */
export function namesOf(serverIdentifier: string) {
  const tag = serverTag(serverIdentifier)
  return {
    serverApi: `MCP Server ${SUFFIX}`,
    protectedApi: `Protected API of ${tag} ${SUFFIX}`,
    client: 'MCP Server (token exchange)',
    pageClient: 'MCP Server (confirmation page)',
    action: `${MARK} token exchange ${tag}`,
    profile: `${MARK} ${tag}`,
    roleDescription: `For users of the MCP server ${tag} ${SUFFIX}`,
  } as const
}

/** A name or a description of `namesOf` without the mark, for what another tool creates: `--remove` leaves that alone. */
export function unmarked(text: string): string {
  return text.replace(` ${SUFFIX}`, '').replace(new RegExp(`^${MARK} `), 'MCP ')
}

/** Whether a name or a description has the mark of setup, whatever server it was for. */
export function isMarked(text: string | null | undefined): boolean {
  return text?.endsWith(` ${SUFFIX}`) === true
}

/** Whether setup has created a client for the confirmation page of the MCP server with this identifier, by its `client_metadata`. */
export function isPageClientOf(
  metadata: Readonly<Record<string, unknown>>,
  serverIdentifier: string,
): boolean {
  return (
    isCreatedBySetup(metadata) &&
    metadata[METADATA.confirmationPage] === serverTag(serverIdentifier)
  )
}

/** Whether setup has created a client, by its `client_metadata`. */
export function isCreatedBySetup(metadata: Readonly<Record<string, unknown>>): boolean {
  return metadata[METADATA.provisionedBy] === MARK
}
