import { findResourceServer, type ResourceServer } from '../../setup/objects/resource-server.js'
import { printable } from '../../printable.js'
import { wrong, type CheckName, type Finding } from '../finding.js'
import type { TenantView } from './tenant-check.js'

/** An API of the tenant, or the finding that it is not there. */
export type SoughtApi =
  | { readonly found: ResourceServer; readonly missing?: undefined }
  | { readonly found?: undefined; readonly missing: Finding }

/** How a setting names an API. */
export interface NamedApi {
  readonly check: CheckName
  readonly identifier: string
  readonly setting: string
}

/** Finds an API by its identifier, byte for byte. Says so where one differs by its last slash alone. */
export async function seekApi(
  { api }: TenantView,
  { check, identifier, setting }: NamedApi,
): Promise<SoughtApi> {
  const found = await findResourceServer(api, identifier)
  if (found !== undefined) return { found }
  const other = identifier.endsWith('/') ? identifier.slice(0, -1) : `${identifier}/`
  const alike = other === '' ? undefined : await findResourceServer(api, other)
  const near =
    alike === undefined ? '' : ` There is ${printable(other)}, which differs by its last slash.`
  const hint =
    alike === undefined
      ? `Create it with mcp-on-behalf-of setup, or write ${setting} as the identifier is written (Dashboard, Applications, APIs).`
      : `Set ${setting} to ${printable(other)}. Identifiers are compared byte for byte and cannot be changed.`
  const message = `The tenant has no API with the identifier ${printable(identifier)}.${near}`
  return { missing: wrong(check, message, hint) }
}

/** The scopes that an API defines. */
export function scopesOf({ scopes = [] }: ResourceServer): readonly string[] {
  return scopes.map(({ value }) => value)
}
