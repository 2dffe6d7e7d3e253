import type { ServerResponse } from 'node:http'
import { json } from './json.js'

export interface MachineClient {
  readonly id: string
  readonly secret: string
}

/** Answers a request for a Management API token by client credentials. */
export function machineToken(
  res: ServerResponse,
  body: unknown,
  { client, domain, token }: { client: MachineClient; domain: string; token: string },
): void {
  const { grant_type, client_id, client_secret, audience } = (body ?? {}) as Record<string, unknown>
  const known = client_id === client.id && client_secret === client.secret
  if (!known) {
    json(res, 401, { error: 'access_denied', error_description: 'Unauthorized' })
  } else if (grant_type !== 'client_credentials' || audience !== `https://${domain}/api/v2/`) {
    json(res, 403, { error: 'access_denied', error_description: 'Service not found' })
  } else {
    json(res, 200, { access_token: token, token_type: 'Bearer', expires_in: 86400 })
  }
}
