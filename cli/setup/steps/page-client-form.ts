import { confirmationCallback } from '../../../src/confirmation/confirmation-callback.js'
import type { Blueprint } from '../blueprint.js'
import { CREATED_BY_SETUP, METADATA, namesOf, serverTag } from '../marks.js'

/** The client as which people sign in on the confirmation page. */
export interface PageClientForm {
  /** A new one, without its metadata. */
  readonly body: {
    readonly name: string
    readonly callbacks: readonly [string]
    readonly grant_types: readonly string[]
    readonly jwt_configuration: { readonly alg: string }
    readonly oidc_conformant: boolean
    readonly token_endpoint_auth_method: string
  } & Readonly<Record<string, unknown>>
  /** The metadata of a new one. */
  readonly marks: Readonly<Record<string, string>>
}

/** A Regular Web Application for the authorization code flow alone: no refresh tokens, one callback. */
export function pageClientForm({ server }: Pick<Blueprint, 'server'>): PageClientForm {
  return {
    body: {
      name: namesOf(server.identifier).pageClient,
      app_type: 'regular_web',
      is_first_party: true,
      oidc_conformant: true,
      grant_types: ['authorization_code'],
      callbacks: [confirmationCallback(new URL(`${server.url}/mcp`)).href],
      jwt_configuration: { alg: 'RS256' },
      token_endpoint_auth_method: 'client_secret_post',
    },
    marks: { ...CREATED_BY_SETUP, [METADATA.confirmationPage]: serverTag(server.identifier) },
  }
}
