const RESERVED = /^(?:https?:\/\/(?:auth0|okta)\.com|urn:(?:ietf|auth0|okta))(?![\w.-])/i

/** Tells whether a token type belongs to the IETF, Auth0 or Okta, so that no profile may have it. */
export function isReservedTokenType(type: string): boolean {
  return RESERVED.test(type)
}

/**
 * Tells whether a customer may own such a token type: an absolute URI, `https`, `http` or `urn`, of 10
 * to 100 characters.
 */
export function isOwnableTokenType(type: string): boolean {
  const { length } = type
  return (
    length >= 10 && length <= 100 && /^(?:https?:\/\/|urn:)\S+$/i.test(type) && URL.canParse(type)
  )
}
