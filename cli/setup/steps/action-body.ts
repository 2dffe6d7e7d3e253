import { createHash } from 'node:crypto'
import type { Blueprint } from '../blueprint.js'
import { customTokenExchangeAction } from '../custom-token-exchange-action.js'
import { namesOf } from '../marks.js'

export interface ActionBody {
  readonly name: string
  /** The source, and behind it the fingerprint of the settings. */
  readonly code: string
  readonly dependencies: readonly { readonly name: string; readonly version: string }[]
  readonly runtime: string
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
}

/**
 * The Action of a server, as it is written to the tenant.
 *
 * Auth0 never shows the values of an Action's secrets. These ones are no secrets, so a hash of them stands in the code:
 * it says whether they have to be written again.
 */
export function actionBody({ server, api }: Blueprint, clientId: string): ActionBody {
  const { code, dependencies, runtime } = customTokenExchangeAction()
  const secrets = [
    { name: 'SUBJECT_TOKEN_AUDIENCE', value: server.identifier },
    { name: 'CLIENT_ID', value: clientId },
    { name: 'TARGET_AUDIENCE', value: api.identifier },
    { name: 'ALLOWED_SCOPES', value: api.scopes.join(' ') },
  ]
  const hash = createHash('sha256').update(JSON.stringify(secrets)).digest('hex')
  return {
    name: namesOf(server.identifier).action,
    code: `${code.trimEnd()}\n\n// mcp-on-behalf-of setup: these settings have the hash ${hash}\n`,
    dependencies,
    runtime,
    secrets,
  }
}
