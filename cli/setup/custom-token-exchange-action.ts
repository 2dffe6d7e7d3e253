import { readFileSync } from 'node:fs'

/** An Action as the Management API takes it, but for its secrets. */
export interface CustomTokenExchangeAction {
  readonly name: string
  readonly code: string
  readonly dependencies: readonly { readonly name: string; readonly version: string }[]
  readonly runtime: 'node22'
  readonly triggers: readonly { readonly id: 'custom-token-exchange'; readonly version: 'v1' }[]
}

/** Lies beside this module, in the sources and in the package. */
const SOURCE = new URL('./custom-token-exchange-action.cjs', import.meta.url)

/** The version with which the tests run the Action. */
const JOSE_VERSION = '6.2.17'

/**
 * Returns the Action that validates the subject tokens of the Custom Token Exchange profile.
 *
 * Its secrets are named in its source: SUBJECT_TOKEN_AUDIENCE, CLIENT_ID, TARGET_AUDIENCE, ALLOWED_SCOPES.
 */
export function customTokenExchangeAction(): CustomTokenExchangeAction {
  return {
    name: 'mcp-on-behalf-of token exchange',
    code: readFileSync(SOURCE, 'utf8'),
    dependencies: [{ name: 'jose', version: JOSE_VERSION }],
    runtime: 'node22',
    triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
  }
}
