import { isLoopback } from '../http/secure-url.js'

/**
 * Returns the first of `others` whose host is another party's than that of `issuer`; `undefined` where there is none.
 *
 * A host below the other one is the same party (`login.example.com` and `example.com`). Two hosts below a third one
 * are not: only the public suffix list could tell. All of this machine is one host.
 */
export function issuerApartFrom(issuer: string, others: readonly string[]): string | undefined {
  if (!URL.canParse(issuer)) return undefined
  const first = new URL(issuer)
  return others.find((other) => URL.canParse(other) && !isSameHost(first, new URL(other)))
}

function isSameHost(one: URL, other: URL): boolean {
  if (isLoopback(one) && isLoopback(other)) return true
  const [a, b] = [one.hostname, other.hostname]
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`)
}
