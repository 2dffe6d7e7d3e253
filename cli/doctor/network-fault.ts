import { ProxyError } from '../../src/http/proxy-error.js'
import { printable } from '../printable.js'

/** Why a request got no answer, as an operator needs it. */
export interface NetworkFault {
  /** The innermost cause, with host and port. */
  readonly message: string
  readonly hint: string
  /** The same text for two failures that have one cause. */
  readonly cause: string
}

interface Outline {
  readonly message: string
  readonly code: string | undefined
}

const NAME = 'Check the host name, and the DNS of this machine (in a container: its own).'
const CERTIFICATE =
  'Have the server trust the certificate: CA_CERTIFICATES_FILE=/path/to/ca.pem (or NODE_EXTRA_CA_CERTS). If the server leaves out intermediate certificates, have it send them.'
const SPEAKS_HTTP =
  'The other side does not speak TLS there: check http against https, and the port.'
const HANGS_UP = 'Check http against https, the port, and what stands in between (proxy, firewall).'

const PROXY = 'proxy_failed'

const HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there: check host and port, and whether it runs.',
  [PROXY]:
    'Check HTTPS_PROXY or HTTP_PROXY, what the proxy allows, and whether NO_PROXY has to name this host.',
  ENOTFOUND: NAME,
  EAI_AGAIN: NAME,
  ECONNRESET: HANGS_UP,
  UND_ERR_SOCKET: HANGS_UP,
  EPROTO: SPEAKS_HTTP,
  ERR_SSL_WRONG_VERSION_NUMBER: SPEAKS_HTTP,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: SPEAKS_HTTP,
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is for another name: write the name that stands in it, or get one for this name.',
  CERT_HAS_EXPIRED: "Renew the certificate; check this machine's clock.",
  CERT_NOT_YET_VALID: "Check this machine's clock, then the certificate.",
}
const CERTIFICATE_CODE =
  /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|CERT_|ERR_TLS_|HOSTNAME_MISMATCH)/
/** Faults of this machine rather than of one host. */
const OF_THIS_MACHINE = new Set([
  'EAI_AGAIN',
  'ENETUNREACH',
  'ENETDOWN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
])

/** Describes the failure of a `fetch` of `url`. Shows no more of the error than codes and the innermost message. */
export function networkFault(error: unknown, url: URL): NetworkFault {
  const place = `${url.hostname}:${portOf(url)}`
  const { message, code } = innermost(error)
  const known = code === undefined || message.includes(code) ? message : `${message} (${code})`
  const bare = known.replace(/:$/, '')
  return {
    message: printable(namesPort(bare, url) ? bare : `${bare}, at ${place}`),
    hint: hintOf(code),
    cause:
      code === PROXY
        ? message
        : code !== undefined && OF_THIS_MACHINE.has(code)
          ? code
          : `${code ?? message} ${place}`,
  }
}

function hintOf(code: string | undefined): string {
  const elsewhere = "Check this machine's way there: proxy, firewall, certificates."
  if (code === undefined) return elsewhere
  return HINTS[code] ?? (CERTIFICATE_CODE.test(code) ? CERTIFICATE : elsewhere)
}

const MAX_DEPTH = 10

function innermost(error: unknown): Outline {
  let current: unknown = error
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const next = causeOf(current)
    // What the proxy failed with is about the proxy, and says nothing of the host behind it.
    if (next === undefined || current instanceof ProxyError) break
    current = next
  }
  if (!(current instanceof Error)) return { message: 'no answer', code: undefined }
  if (current.name === 'TimeoutError') return { message: 'no answer in time', code: undefined }
  const { code } = current as { code?: unknown }
  const named = typeof code === 'string' ? code : undefined
  return {
    message: current.message === '' ? (named ?? current.name) : current.message,
    code: named,
  }
}

/** A name with several addresses fails with all their errors at once; the last one tried is as good as any. */
function causeOf(error: unknown): unknown {
  if (error instanceof AggregateError) return (error.errors as unknown[]).at(-1)
  return error instanceof Error && error.cause instanceof Error ? error.cause : undefined
}

function namesPort(message: string, url: URL): boolean {
  return message.includes(`:${portOf(url)}`)
}

function portOf(url: URL): string {
  return url.port !== '' ? url.port : url.protocol === 'https:' ? '443' : '80'
}
