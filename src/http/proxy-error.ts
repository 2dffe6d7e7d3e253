/** A proxy that did not open a way to a server; `message` names the proxy without its credentials. */
export class ProxyError extends Error {
  readonly code = 'proxy_failed'
  /** Absent where the proxy did not answer. */
  readonly status: number | undefined

  constructor(
    message: string,
    details: { readonly status?: number | undefined; readonly cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ProxyError'
    this.status = details.status
  }
}
