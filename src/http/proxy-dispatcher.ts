import { withoutUndefined } from '../options/without-undefined.js'
import { Pool, ProxyAgent, type Dispatcher } from 'undici'
import type { SecureContext } from 'node:tls'
import { ProxyError } from './proxy-error.js'

export interface ProxyDispatcherOptions {
  /** http or https, with user name and password where the proxy wants them. */
  readonly proxy: URL
  readonly connections: number
  readonly keepAliveTimeout: number
  /** Calls that one connection takes on at a time; 0 ends it after its one call. Default 1. */
  readonly pipelining?: number | undefined
  /** For connecting to the proxy, for its answer, and for the TLS handshake behind it, each. */
  readonly timeoutMs: number
  /** For the proxy itself, where that is https. */
  readonly proxyContext: SecureContext | undefined
  /** For the servers behind it. */
  readonly requestContext: SecureContext | undefined
}

/** Creates a dispatcher whose every connection is a tunnel through one proxy (CONNECT), for https and http alike. */
export function createProxyDispatcher(options: ProxyDispatcherOptions): Dispatcher {
  const { timeoutMs: timeout, connections, keepAliveTimeout, proxy } = options
  const token = authorizationOf(proxy)
  return new ProxyAgent({
    // Without the credentials, so that no error can have them.
    uri: proxy.origin,
    ...withoutUndefined({ token }),
    connections,
    keepAliveTimeout,
    pipelining: options.pipelining ?? 1,
    proxyTls: { timeout, ...withoutUndefined({ secureContext: options.proxyContext }) },
    requestTls: { timeout, ...withoutUndefined({ secureContext: options.requestContext }) },
    clientFactory: (origin, pool) =>
      new Pool(origin, { ...pool, headersTimeout: timeout }).compose(explaining(proxy)),
  })
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}

/** Makes errors that say that it was the proxy, and what it answered, of a tunnel that does not come about. */
function explaining(proxy: URL): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (request, handler) =>
    dispatch(request, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onRequestUpgrade(...upgrade) {
        const [controller, status, , socket] = upgrade
        if (status >= 200 && status < 300) {
          handler.onRequestUpgrade?.(...upgrade)
          return
        }
        socket.on('error', () => undefined).destroy()
        handler.onResponseError?.(controller, refused(proxy, request.path, status))
      },
      onResponseError(controller, cause) {
        const message = `The proxy ${proxy.origin} cannot be reached or does not answer`
        handler.onResponseError?.(controller, new ProxyError(message, { cause }))
      },
    })
}

function refused(proxy: URL, target: string, status: number): ProxyError {
  const advice =
    status === 407
      ? 'It wants a user name and password, or others than it got'
      : 'It may not allow this host or port'
  const message = `The proxy ${proxy.origin} answered ${status} to CONNECT ${target}. ${advice}`
  return new ProxyError(message, { status })
}
