import type { Blueprint } from '../blueprint.js'
import { clientForm } from '../steps/client-form.js'

/** Sentences about what an export leaves to a person. */
export const byHand = {
  connection: ({ connection }: Blueprint): string =>
    `Promote the connection ${connection} to domain level, or no third-party client can sign its users in: Dashboard, Authentication, that connection, or PATCH /api/v2/connections/{id} with {"is_domain_connection":true}.`,
  enabledClient: ({ connection }: Blueprint, client: string): string =>
    `Enable the connection ${connection} for ${client}: Dashboard, Authentication, that connection, Applications.`,
  issuerParameter: (): string =>
    'Set authorization_response_iss_parameter_supported to true: PATCH /api/v2/tenants/settings.',
  existingClient: (blueprint: Blueprint, clientId: string): string =>
    `The client ${clientId} is there already and is not changed: its token_exchange.allow_any_profile_of_type has to have ${clientForm(blueprint).exchange}.`,
  clientIdOfAction: (keyword: string): string =>
    `Import twice: the first import creates the exchanging client; give its id to the second one, in AUTH0_KEYWORD_REPLACE_MAPPINGS as ${keyword}. Until then the Action refuses every token.`,
  existing: (how: string): string =>
    `If something of it is there already (the protected API, a role), ${how}: setup itself would leave an API as it is, but for missing scopes and skip_consent_for_verifiable_first_party_clients, and a role but for missing permissions.`,
  assignments: ({ assignments }: Blueprint): string =>
    `Give the roles to users: ${assignments.map(({ email, role }) => `${role} to ${email}`).join(', ')} (Dashboard, User Management, Roles).`,
} as const

/** A sentence as a comment or on a terminal: nothing in it ends the line, or steers. */
export function oneLine(sentence: string): string {
  return sentence.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
}
