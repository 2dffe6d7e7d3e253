import type { OAuthRefusalOptions } from '../shared/oauth-refusal.js'

/** What the token endpoint can answer to an exchange, whatever the request. */
export const KEYCLOAK_FAULTS = {
  'session-ended': { error: 'invalid_request', description: 'Invalid token' },
  'consent-missing': {
    error: 'invalid_scope',
    description: 'Missing consents for Token Exchange in client mcp-server',
  },
  'client-disabled': { error: 'invalid_client', description: 'Client disabled' },
  unavailable: { status: 503, error: 'temporarily_unavailable', description: 'Unavailable' },
} as const satisfies Readonly<Record<string, OAuthRefusalOptions>>

/** The name of an answer of `KEYCLOAK_FAULTS`; also the user for whom every exchange is answered so. */
export type KeycloakFault = keyof typeof KEYCLOAK_FAULTS
