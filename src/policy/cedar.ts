import { scrub } from '../logging/scrub.js'
import { needsPackage } from '../options/needs-package.js'

/** What is needed of Cedar: `@cedar-policy/cedar-wasm`, which is large, and loaded where its policies decide alone. */
export type Cedar = Pick<
  typeof import('@cedar-policy/cedar-wasm/nodejs'),
  'policySetTextToParts' | 'policyToJson' | 'preparsePolicySet' | 'statefulIsAuthorized'
>

const PACKAGE = '@cedar-policy/cedar-wasm'
const MAX_WHY = 300

/** The package of Cedar is not installed, or cannot be loaded: the message says which, and what to do. */
export class CedarUnavailableError extends Error {
  override readonly name = 'CedarUnavailableError'

  constructor(cause: unknown) {
    super(isMissing(cause) ? needsPackage(PACKAGE) : cannotBeLoaded(cause), { cause })
  }
}

/** Loads Cedar; rejects with a `CedarUnavailableError`. */
export async function loadCedar(): Promise<Cedar> {
  try {
    return await import('@cedar-policy/cedar-wasm/nodejs')
  } catch (error) {
    throw new CedarUnavailableError(error)
  }
}

/** Node names the file where one is missing inside of a package that is there. */
function isMissing(cause: unknown): boolean {
  const { code, url } = (cause ?? {}) as { readonly code?: unknown; readonly url?: unknown }
  return code === 'ERR_MODULE_NOT_FOUND' && url === undefined
}

function cannotBeLoaded(cause: unknown): string {
  const why = cause instanceof Error ? scrub(cause.message, MAX_WHY) : undefined
  const said = why === undefined ? '' : ` (${why})`
  return `needs the package ${PACKAGE}, which is installed and cannot be loaded${said}. Install it again: npm install ${PACKAGE}`
}
