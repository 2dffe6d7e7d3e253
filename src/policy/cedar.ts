import { needsPackage } from '../options/needs-package.js'

/** What is needed of Cedar: `@cedar-policy/cedar-wasm`, which is large, and loaded where its policies decide alone. */
export type Cedar = Pick<
  typeof import('@cedar-policy/cedar-wasm/nodejs'),
  'policySetTextToParts' | 'policyToJson' | 'preparsePolicySet' | 'statefulIsAuthorized'
>

/** The package of Cedar is not installed. */
export class CedarMissingError extends Error {
  override readonly name = 'CedarMissingError'

  constructor(cause: unknown) {
    super(needsPackage('@cedar-policy/cedar-wasm'), { cause })
  }
}

/** Loads Cedar; rejects with a `CedarMissingError`. */
export async function loadCedar(): Promise<Cedar> {
  try {
    return await import('@cedar-policy/cedar-wasm/nodejs')
  } catch (error) {
    throw new CedarMissingError(error)
  }
}
