/**
 * Beyond this, the header with the challenge would not pass the proxies that keep 4 KiB for the headers of an answer.
 */
export const MAX_CLAIMS_BYTES = 2_048

/**
 * Reads the claims of a claims challenge: the text of a JSON object (OpenID Connect Core §5.5).
 *
 * `undefined` for anything else, for an object without members, and for more than `MAX_CLAIMS_BYTES`.
 */
export function parseClaims(value: unknown): string | undefined {
  if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_CLAIMS_BYTES) return undefined
  try {
    const claims: unknown = JSON.parse(value)
    return isObject(claims) && Object.keys(claims).length > 0 ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
