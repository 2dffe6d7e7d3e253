/**
 * Reads `Retry-After` as whole seconds from `nowMs`, at least 1 for a date: a number of seconds, or an HTTP date in any of
 * its three forms (RFC 9110 §10.2.3, §5.6.7). Returns `undefined` for an absent header and for anything else.
 */
export function parseRetryAfter(headers: Pick<Headers, 'get'>, nowMs: number): number | undefined {
  const value = headers.get('retry-after') ?? ''
  if (/^\d{1,12}$/.test(value)) return Number(value)
  const atMs = dateOf(value)
  return atMs === undefined ? undefined : Math.max(1, Math.ceil((atMs - nowMs) / 1_000))
}

/** A weekday comes first: `Date.parse` alone makes dates of numbers. */
function dateOf(value: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? /.test(value)) return undefined
  const parsed = Date.parse(value.endsWith(' GMT') ? value : `${value} GMT`)
  return Number.isNaN(parsed) ? undefined : parsed
}
