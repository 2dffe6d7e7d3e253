import type { Entry, Tenant } from '../../apps/authorization-server/testing/management/tenant.js'
import { API } from './tenant-world.js'

/** One thing that is wrong with a tenant, and the only finding that it makes. */
export interface TenantAilment {
  readonly title: string
  readonly ail: (tenant: Tenant) => void
  /** What the settings of the server have differently. */
  readonly environment?: Readonly<Record<string, string>>
  readonly check: string
  /** Default: wrong. */
  readonly verdict?: 'warning'
  readonly message: RegExp
  readonly hint: RegExp
  /** Whether running `setup` again is the cure that the hint names. Default: by hand. */
  readonly cure?: 'setup'
}

const named = (list: readonly Entry[], key: string, value: string): Entry => {
  const found = list.find((entry) => entry[key] === value)
  if (found === undefined) throw new Error(`the healthy tenant has no ${key} ${value}`)
  return found
}
/** The only one whose identifier is an address of this machine. */
export const serverApi = ({ resourceServers }: Tenant): Entry => {
  const found = resourceServers.find((one) => String(one['identifier']).endsWith('/mcp'))
  if (found === undefined) throw new Error('the healthy tenant has no API for the server')
  return found
}
export const api = ({ resourceServers }: Tenant): Entry => named(resourceServers, 'identifier', API)
export const client = ({ clients }: Tenant): Entry => {
  const [only] = clients
  if (only === undefined) throw new Error('the healthy tenant has no client')
  return only
}
export const pageClient = ({ clients }: Tenant): Entry => named(clients, 'app_type', 'regular_web')
export const ownGrant = ({ clientGrants }: Tenant): Entry => named(clientGrants, 'audience', API)
export const thirdParties = ({ clientGrants }: Tenant): Entry =>
  named(clientGrants, 'default_for', 'third_party_clients')
export const remove = (list: unknown[], entry: unknown): void => {
  list.splice(list.indexOf(entry), 1)
}
export const without = (entry: Entry, key: string): void => {
  Reflect.deleteProperty(entry, key)
}
/** Another entry in place of the first one, with everything that hung on it left as it is. */
export const renamed = (list: Entry[], entry: Entry, changes: Entry): void => {
  list[list.indexOf(entry)] = { ...entry, ...changes }
}

export const profile = ({ tokenExchangeProfiles: [only] }: Tenant) => {
  if (only === undefined) throw new Error('the healthy tenant has no profile')
  return only
}
export const action = ({ actions: [only] }: Tenant) => {
  if (only === undefined) throw new Error('the healthy tenant has no Action')
  return only
}
