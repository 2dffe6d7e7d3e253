import type { OrganizationEntry, UserEntry } from '../directory.js'
import {
  findOrganization,
  findOrganizationById,
  isMember,
  notAMemberMessage,
} from '../organizations.js'
import type { ExchangeParts } from './exchange-parts.js'
import { ExchangeRefusal } from './exchange-refusal.js'

/** What an exchange says about organizations. */
export interface OrganizationQuestion {
  readonly user: UserEntry
  /** `org_id` of the subject token. */
  readonly ofSubject: string | undefined
  /** The request's `organization` parameter. */
  readonly requested: string | undefined
}

type Parts = Pick<ExchangeParts, 'directory' | 'behaviors'>

/**
 * Returns the organization that an On-Behalf-Of token stays in: the subject token's.
 *
 * `undefined` when the subject token has none. It must still exist, the user still be a member, and an
 * `organization` parameter name the same one.
 *
 * Throws `ExchangeRefusal`: 403 `invalid_request`, or 400 by `organizationRefusalStatus`.
 */
export function keepOrganization(
  parts: Parts,
  { user, ofSubject, requested }: OrganizationQuestion,
): OrganizationEntry | undefined {
  const { directory, behaviors } = parts
  const organization = findOrganizationById(directory, ofSubject)
  if (ofSubject !== undefined && organization === undefined) {
    throw refusal(behaviors, `organization ${ofSubject} does not exist`)
  }
  if (requested !== undefined && !isSame(parts, organization, requested)) {
    throw refusal(behaviors, 'parameter organization is not the organization of the subject token')
  }
  return requireMember(parts, organization, user)
}

/**
 * Returns the organization of a token that Custom Token Exchange issues: that of the subject token, or
 * the one that the request names.
 *
 * Throws `ExchangeRefusal`: 403 `invalid_request`, or 400 by `organizationRefusalStatus`, when the two
 *   differ, it does not exist, or the user is not a member.
 */
export function chooseOrganization(
  parts: Parts,
  { user, ofSubject, requested }: OrganizationQuestion,
): OrganizationEntry | undefined {
  if (ofSubject !== undefined) return keepOrganization(parts, { user, ofSubject, requested })
  if (requested === undefined) return undefined
  const organization = findOrganization(parts.directory, requested)
  if (organization === undefined) {
    throw refusal(parts.behaviors, 'parameter organization names no organization')
  }
  return requireMember(parts, organization, user)
}

function isSame(
  { directory }: Parts,
  organization: OrganizationEntry | undefined,
  requested: string,
): boolean {
  return (
    organization !== undefined && findOrganization(directory, requested)?.id === organization.id
  )
}

function requireMember(
  { behaviors }: Parts,
  organization: OrganizationEntry | undefined,
  user: UserEntry,
): OrganizationEntry | undefined {
  if (organization === undefined || isMember(organization, user.user_id)) return organization
  throw refusal(behaviors, notAMemberMessage(organization, user.user_id))
}

function refusal(
  { organizationRefusalStatus: status }: Parts['behaviors'],
  description: string,
): ExchangeRefusal {
  return new ExchangeRefusal(status, 'invalid_request', description)
}
