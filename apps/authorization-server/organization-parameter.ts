import { type KoaContextWithOIDC, errors } from 'oidc-provider'
import type { Directory } from './directory.js'
import { findOrganization } from './organizations.js'

/**
 * Creates the validator of an authorization request's `organization`: absent, or one that exists.
 *
 * Throws `errors.InvalidRequest` otherwise. Whether the user is a member shows when they sign in.
 */
export function validateOrganizationParameter(directory: Directory) {
  return function validate(_ctx: KoaContextWithOIDC, value: string | undefined): void {
    if (value === undefined || findOrganization(directory, value) !== undefined) return
    throw new errors.InvalidRequest(unknownOrganizationMessage(directory))
  }
}

/** Says what an `organization` parameter may be. */
export function unknownOrganizationMessage(directory: Directory): string {
  const byName = directory.tenant_settings.allow_organization_name_in_authentication_api
  return byName
    ? 'parameter organization must be the id or the name of an organization'
    : 'parameter organization must be an organization id'
}
