import type { Blueprint } from '../blueprint.js'
import { CREATED_BY_SETUP, METADATA, namesOf, serverTag } from '../marks.js'

/** How the exchanging client looks that a profile needs. */
export interface ClientForm {
  /** What it has to be allowed to do. */
  readonly exchange: 'on_behalf_of_token_exchange' | 'custom_authentication'
  /** A new one, without its metadata. */
  readonly body: Readonly<Record<string, unknown>>
  /** The metadata of a new one. */
  readonly marks: Readonly<Record<string, string>>
}

export function clientForm({ profile, server }: Blueprint): ClientForm {
  const exchange =
    profile.kind === 'on-behalf-of' ? 'on_behalf_of_token_exchange' : 'custom_authentication'
  const always = {
    name: namesOf(server.identifier).client,
    oidc_conformant: true,
    token_endpoint_auth_method: 'client_secret_post',
    token_exchange: { allow_any_profile_of_type: [exchange] },
  }
  if (profile.kind === 'on-behalf-of') {
    return {
      exchange,
      body: {
        ...always,
        app_type: 'resource_server',
        resource_server_identifier: server.identifier,
      },
      marks: CREATED_BY_SETUP,
    }
  }
  return {
    exchange,
    body: {
      ...always,
      app_type: 'non_interactive',
      is_first_party: true,
      grant_types: ['authorization_code'],
      jwt_configuration: { alg: 'RS256' },
      // With FORWARD_CLIENT_ADDRESS in the settings: attack protection then counts users, not this server.
      is_token_endpoint_ip_header_trusted: true,
    },
    marks: { ...CREATED_BY_SETUP, [METADATA.server]: serverTag(server.identifier) },
  }
}
