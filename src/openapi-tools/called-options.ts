import type { OptionNames, ToolsFromOpenApiOptions } from './options.js'

/** How messages name options. */
export type CalledOptions = Required<{ readonly [Name in keyof OptionNames]: string }>

/** The names of options in messages. */
export function calledOptions({ optionNames = {} }: ToolsFromOpenApiOptions): CalledOptions {
  return {
    overlays: optionNames.overlays ?? 'overlays',
    operations: optionNames.operations ?? 'operations',
    curation: optionNames.curation ?? 'curation',
    serverScopes: optionNames.serverScopes ?? 'serverScopes',
    scopesMissing: optionNames.scopesMissing ?? 'scopesMissing',
    baseUrl: optionNames.baseUrl ?? 'baseUrl',
    idempotency: optionNames.idempotency ?? 'idempotency',
    maxTools: optionNames.maxTools ?? 'maxTools',
    expose: optionNames.expose ?? 'expose',
  }
}

/** Where scopes are missing, the reader of documents names the setting of the standalone server. */
export function inWordsOf<T extends { readonly code: string; readonly cure: string }>(
  { scopesMissing }: CalledOptions,
  fault: T,
): T {
  if (fault.code !== 'security_missing' || scopesMissing !== 'scopesMissing') return fault
  const cure =
    "Give scopesMissing: { read: ['read:api'], write: ['write:api'] }, or 'none' if a sign-in is enough"
  return { ...fault, cure }
}
