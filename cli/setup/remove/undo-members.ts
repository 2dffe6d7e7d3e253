import type { Added, AddedTo, JournalEntry } from '../journal/journal-entry.js'
import type { ManagementApi } from '../management-api.js'
import { clientById, clientPath, exchangesOf } from '../objects/client.js'
import { findUserGrant, grantPath, holderOf, listGrants } from '../objects/client-grant.js'
import { connectionPath, enabledClients } from '../objects/connection.js'
import { ifThere } from '../objects/if-there.js'
import { findResourceServer, resourceServerPath } from '../objects/resource-server.js'
import { permissionsBody, permissionsOf, rolePath } from '../objects/role.js'
import { rolesOfUser, userRolesPath } from '../objects/user.js'
import type { Change, Inspection } from '../step.js'

export interface UndoContext {
  readonly api: ManagementApi
  /** Clients of the set-up. */
  readonly clientIds: readonly string[]
  readonly journal: readonly JournalEntry[]
}

type Undo = (context: UndoContext, entry: Added) => Promise<Inspection>

/** Takes members that setup has added out of a list, where they still are. */
export function undoMembers(context: UndoContext, entry: Added): Promise<Inspection> {
  return UNDO[entry.to](context, entry)
}

const UNDO: Readonly<Record<AddedTo, Undo>> = {
  scopes: undoScopes,
  grant: undoGrant,
  'new-grant': undoGrant,
  exchange: undoExchange,
  clients: undoClients,
  permissions: undoPermissions,
  members: undoRoleMembers,
}

async function undoScopes(context: UndoContext, { ids, values }: Added): Promise<Inspection> {
  const { api } = context
  const [identifier = ''] = ids
  const current = await findResourceServer(api, identifier)
  if (current === undefined) return { changes: [] }
  const scopes = current.scopes ?? []
  const used = await scopesOfOthers(context, identifier)
  const there = values.filter((value) => scopes.some((scope) => scope.value === value))
  const gone = there.filter((value) => !used.includes(value))
  const kept = scopes.filter(({ value }) => !gone.includes(value))
  return {
    changes: undo(gone, {
      summary: `take scopes from the API ${identifier}`,
      perform: () => api.patch(resourceServerPath(current.id), { scopes: kept }),
    }),
    left: there
      .filter((value) => used.includes(value))
      .map(
        (value) =>
          `the scope ${value} of the API ${identifier} stays: a grant that setup has not made uses it.`,
      ),
  }
}

/** Scopes in grants that no part of the set-up holds. */
async function scopesOfOthers(
  { api, clientIds, journal }: UndoContext,
  audience: string,
): Promise<readonly string[]> {
  const holders = journal.flatMap((entry) =>
    entry.kind === 'added' && (entry.to === 'grant' || entry.to === 'new-grant')
      ? entry.ids[0]
      : [],
  )
  const grants = await listGrants(api, { audience })
  return grants
    .filter((grant) => ![...clientIds, ...holders].includes(holderOf(grant)))
    .flatMap(({ scope }) => scope ?? [])
}

async function undoGrant({ api }: UndoContext, { to, ids, values }: Added): Promise<Inspection> {
  const [holder = '', audience = ''] = ids
  const grant = await findUserGrant(api, holder, audience)
  if (grant === undefined) return { changes: [] }
  const scopes = grant.scope ?? []
  const name = `the grant of ${holder} to ${audience}`
  const others = scopes.filter((scope) => !values.includes(scope))
  if (to === 'grant' || others.length > 0) {
    const gone = scopes.filter((scope) => values.includes(scope))
    const changed =
      to === 'new-grant' ? [`${name} stays: somebody has added ${others.join(' ')}.`] : []
    return {
      changes: undo(gone, {
        summary: `take scopes from ${name}`,
        perform: () => api.patch(grantPath(grant.id), { scope: others }),
      }),
      left: changed,
    }
  }
  const perform = () => api.delete(grantPath(grant.id))
  return { changes: [{ kind: 'delete', summary: `delete ${name}`, details: [], perform }] }
}

async function undoExchange({ api }: UndoContext, { ids, values }: Added): Promise<Inspection> {
  const [clientId = ''] = ids
  const client = await clientById(api, clientId)
  if (client === undefined) return { changes: [] }
  const held = exchangesOf(client)
  const left = held.filter((exchange) => !values.includes(exchange))
  const token_exchange = { ...client.token_exchange, allow_any_profile_of_type: left }
  return {
    changes: undo(
      held.filter((exchange) => values.includes(exchange)),
      {
        summary: `take kinds of token exchange from the client ${clientId}`,
        perform: () => api.patch(clientPath(clientId), { token_exchange }),
      },
    ),
  }
}

async function undoClients({ api }: UndoContext, { ids, values }: Added): Promise<Inspection> {
  const [connectionId = ''] = ids
  const enabled = (await ifThere(enabledClients(api, connectionId))) ?? []
  const gone = values.filter((clientId) => enabled.includes(clientId))
  return {
    changes: undo(gone, {
      summary: `disable the connection ${connectionId} for clients`,
      perform: () =>
        api.patch(
          `${connectionPath(connectionId)}/clients`,
          gone.map((client_id) => ({ client_id, status: false })),
        ),
    }),
  }
}

async function undoPermissions({ api }: UndoContext, { ids, values }: Added): Promise<Inspection> {
  const [roleId = '', identifier = ''] = ids
  const held = (await ifThere(permissionsOf(api, roleId))) ?? []
  const gone = held.filter(
    (permission) => permission.identifier === identifier && values.includes(permission.scope),
  )
  return {
    changes: undo(
      gone.map(({ scope }) => scope),
      {
        summary: `take permissions at ${identifier} from the role ${roleId}`,
        perform: () => api.delete(`${rolePath(roleId)}/permissions`, permissionsBody(gone)),
      },
    ),
  }
}

async function undoRoleMembers({ api }: UndoContext, { ids, values }: Added): Promise<Inspection> {
  const [roleId = ''] = ids
  const changes: Change[] = []
  for (const userId of values) {
    const roles = (await ifThere(rolesOfUser(api, userId))) ?? []
    if (!roles.includes(roleId)) continue
    const perform = () => api.delete(userRolesPath(userId), { roles: [roleId] })
    const summary = `take the role ${roleId} from the user ${userId}`
    changes.push({ kind: 'undo', summary, details: [], perform })
  }
  return { changes }
}

function undo(
  gone: readonly string[],
  change: Pick<Change, 'summary' | 'perform'>,
): readonly Change[] {
  return gone.length === 0 ? [] : [{ kind: 'undo', details: [gone.join(' ')], ...change }]
}
