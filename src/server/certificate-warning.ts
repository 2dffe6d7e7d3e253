import { X509Certificate } from 'node:crypto'
import type { ExchangeConfig } from '../config/exchange-config.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { systemClock, type Clock } from '../time/clock.js'

/** Long enough to get another one. */
const NOTICE_MS = 30 * 24 * 60 * 60 * 1_000

/**
 * Says in the log when the client's certificate expires within 30 days, or has expired: the authorization server then refuses
 * every exchange.
 */
export function warnOfCertificate(
  {
    clientAuthentication,
    clientCertificate,
  }: Pick<ExchangeConfig, 'clientAuthentication' | 'clientCertificate'>,
  log: Logger,
  clock: Clock = systemClock,
): void {
  const ofAssertions =
    clientAuthentication.method === 'private_key_jwt' ? clientAuthentication.certificate : undefined
  const pem = ofAssertions ?? clientCertificate?.certificate
  if (pem === undefined) return
  const expiresAtMs = Date.parse(new X509Certificate(pem).validTo)
  const leftMs = expiresAtMs - clock()
  if (leftMs > NOTICE_MS) return
  logEvent(log, leftMs > 0 ? 'warn' : 'error', {
    event: 'client_certificate_expires',
    expired: leftMs <= 0,
    expires: new Date(expiresAtMs).toISOString(),
    hint: 'Register another certificate at the authorization server and set MCP_AUTH0_CLIENT_CERTIFICATE and its key: with an expired one, every exchange is refused.',
  })
}
