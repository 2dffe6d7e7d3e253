import { X509Certificate } from 'node:crypto'
import type { Config } from '../../src/config/config.js'
import type { Clock } from '../../src/time/clock.js'
import { ok, warning, wrong, type Finding } from './finding.js'

const CHECK = 'client.certificate'
const DAY_MS = 86_400_000
const SOON_DAYS = 30

/** Whether the certificate of our client is valid now, and for a while; nothing where it has none. */
export function checkCertificate(
  exchange: Pick<Config['exchange'], 'clientAuthentication' | 'clientCertificate'>,
  clock: Clock,
): readonly Finding[] {
  const certificate = certificateOf(exchange)
  if (certificate === undefined) return []
  const { validFrom, validTo } = new X509Certificate(certificate)
  const end = new Date(validTo)
  const until = day(end)
  const daysLeft = Math.floor((end.getTime() - clock()) / DAY_MS)
  if (daysLeft < 0) {
    return [wrong(CHECK, `The certificate of the client has expired on ${until}.`, RENEW)]
  }
  const start = new Date(validFrom)
  if (start.getTime() > clock()) {
    const from = day(start)
    return [wrong(CHECK, `The certificate of the client is valid from ${from} on.`, RENEW)]
  }
  return [
    daysLeft < SOON_DAYS
      ? warning(CHECK, `The certificate of the client expires on ${until}.`, RENEW)
      : ok(CHECK, `The certificate of the client is valid until ${until}.`),
  ]
}

/** That of mutual TLS, or of the assertions. */
function certificateOf({
  clientAuthentication,
  clientCertificate,
}: Pick<Config['exchange'], 'clientAuthentication' | 'clientCertificate'>): string | undefined {
  return clientAuthentication.method === 'private_key_jwt'
    ? clientAuthentication.certificate
    : clientCertificate?.certificate
}

const RENEW =
  'Register a new certificate beside the old one at the authorization server, then put it, with its key, into MCP_AUTH0_CLIENT_CERTIFICATE and MCP_AUTH0_CLIENT_PRIVATE_KEY.'

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
