import { z } from 'zod'
import type { FieldValue, Replaced, ReplacedObject } from '../journal/journal-entry.js'
import { readAnswer, type ManagementApi } from '../management-api.js'
import { clientById, clientPath } from '../objects/client.js'
import { connectionPath, readConnection } from '../objects/connection.js'
import { ifThere } from '../objects/if-there.js'
import { findResourceServer, resourceServerPath } from '../objects/resource-server.js'
import { TENANT_SETTINGS_PATH } from '../objects/tenant-settings.js'
import { becomes, type Inspection } from '../step.js'

type Fields = Readonly<Record<string, unknown>>

interface FoundObject {
  readonly name: string
  readonly fields: Fields
  /** Where it is changed. */
  readonly path: string
}

/** What an object has that was never given a value, for those that cannot be taken back to none. */
const DEFAULTS: Readonly<Record<string, FieldValue>> = {
  resource_parameter_profile: 'audience',
  client_id_metadata_document_supported: false,
  'flags.enable_dynamic_client_registration': false,
  enforce_policies: false,
  allow_offline_access: false,
  token_dialect: 'access_token',
  skip_consent_for_verifiable_first_party_clients: false,
  is_domain_connection: false,
}
/** Takes `null` for "no value". */
const CAN_BE_UNSET = new Set(['authorization_response_iss_parameter_supported'])

/** Gives the fields of one object their values back, where they still have what setup has set: one request for all. */
export async function undoFields(
  api: ManagementApi,
  entries: readonly Replaced[],
): Promise<Inspection> {
  const [first] = entries
  const found = first === undefined ? undefined : await READERS[first.object](api, first.id)
  if (found === undefined) return { changes: [] }
  const patch: Record<string, FieldValue> = {}
  const details: string[] = []
  const left: string[] = []
  for (const entry of entries) {
    const { field, now } = entry
    const current = valueOf(found.fields, field)
    const before = valueBefore(entry)
    if (current === before || current === entry.was) continue
    if (current !== now) {
      left.push(
        `${field} of ${found.name} stays ${JSON.stringify(current)}: somebody has changed it since (setup had set ${JSON.stringify(now)}, before it was ${JSON.stringify(entry.was)}).`,
      )
    } else if (before === undefined) {
      left.push(
        `${field} of ${found.name} stays ${JSON.stringify(current)}: it had no value before, and Auth0 does not take one back.`,
      )
    } else {
      patch[field] = before
      details.push(becomes(field, current, before))
    }
  }
  const change = {
    kind: 'undo',
    summary: `change ${found.name} back`,
    details,
    perform: () => api.patch(found.path, nested(patch)),
  } as const
  return { changes: details.length === 0 ? [] : [change], left }
}

const READERS: Readonly<
  Record<ReplacedObject, (api: ManagementApi, id: string) => Promise<FoundObject | undefined>>
> = {
  async tenant(api) {
    const path = TENANT_SETTINGS_PATH
    const fields = readAnswer(z.looseObject({}), await api.get(path), path)
    return { name: 'the settings of the tenant', fields, path }
  },
  async connection(api, id) {
    const fields = await ifThere(readConnection(api, id))
    return fields && { name: `the connection ${fields.name}`, fields, path: connectionPath(id) }
  },
  async api(api, identifier) {
    const fields = await findResourceServer(api, identifier)
    return fields && { name: `the API ${identifier}`, fields, path: resourceServerPath(fields.id) }
  },
  async client(api, id) {
    const fields = await clientById(api, id)
    return fields && { name: `the client ${id}`, fields, path: clientPath(id) }
  },
}

/** `undefined` where there was no value, and there is no way back to none. */
function valueBefore({ field, was }: Replaced): FieldValue | undefined {
  if (was !== null || CAN_BE_UNSET.has(field)) return was
  return DEFAULTS[field]
}

function valueOf(fields: Fields, field: string): unknown {
  const [name, member] = field.split('.')
  const value = fields[name ?? '']
  return (member === undefined ? value : (value as Fields | undefined)?.[member]) ?? null
}

/** `flags.x` as a member of `flags`. */
function nested(patch: Readonly<Record<string, FieldValue>>): Fields {
  const result: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(patch)) {
    const [name = '', member] = field.split('.')
    result[name] =
      member === undefined ? value : { ...(result[name] as Fields | undefined), [member]: value }
  }
  return result
}
