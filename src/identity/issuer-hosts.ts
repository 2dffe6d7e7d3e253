import { isLoopback } from '../http/secure-url.js'

/**
 * The first of `others` that is on another host than `issuer`; `undefined` where there is none.
 *
 * A host below another one is the same: who runs `example.com` runs `login.example.com`. Two hosts below a third are
 * not: only the list of public suffixes knows that `login.example.com` and `mail.example.com` are one party's and
 * `one.example-cloud.com` and `two.example-cloud.com` are not. All of this machine is one host.
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
