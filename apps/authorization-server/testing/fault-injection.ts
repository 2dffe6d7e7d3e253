import { once } from 'node:events'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { NextMiddleware, ServerMiddleware } from '../provider-middleware.js'

/** Endpoints that a client calls without a browser, so that an outage there hurts. */
export type FaultyEndpoint = 'token' | 'metadata' | 'keys'

/**
 * What goes wrong when a client calls an endpoint.
 *
 * - `status`: an answer with this status, such as 503, and with `Retry-After` if given;
 * - `html`: 200 and a page, as a captive portal sends it;
 * - `empty`: 200, JSON by its type, no content;
 * - `truncated_json`: the real answer, cut in half;
 * - `wrong_content_type`: the real answer, as `text/plain`;
 * - `redirect`: 307 to another address, which would get the secret if the client followed;
 * - `connection_reset`: no answer, the connection breaks;
 * - `slow`: the real answer, as soon as the promise settles or the signal is aborted; `onWaiting` is
 *   called for each request that begins to wait.
 */
export type Fault = {
  /** Defaults to the token endpoint alone. */
  readonly at?: readonly FaultyEndpoint[] | undefined
} & (
  | {
      readonly kind: 'status'
      readonly status: number
      readonly retryAfterSeconds?: number | undefined
    }
  | { readonly kind: 'html' | 'empty' | 'truncated_json' | 'wrong_content_type' }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'connection_reset' }
  | {
      readonly kind: 'slow'
      readonly until: Promise<unknown> | AbortSignal
      readonly onWaiting?: (() => void) | undefined
    }
)

const ENDPOINTS: ReadonlyMap<string, FaultyEndpoint> = new Map([
  ['POST /oauth/token', 'token'],
  ['GET /.well-known/openid-configuration', 'metadata'],
  ['GET /.well-known/oauth-authorization-server', 'metadata'],
  ['GET /.well-known/jwks.json', 'keys'],
])

/** Creates the middleware that causes the fault which `switches.fault` names at that moment. */
export function injectFaults(switches: { readonly fault: Fault | undefined }): ServerMiddleware {
  return async function injectFault(ctx, next) {
    const { fault } = switches
    const endpoint = ENDPOINTS.get(`${ctx.method} ${ctx.path}`)
    if (fault === undefined || endpoint === undefined) return next()
    const { at = ['token'] } = fault
    return at.includes(endpoint) ? causeFault(ctx, fault, next) : next()
  }
}

async function causeFault(
  ctx: KoaContextWithOIDC,
  fault: Fault,
  next: NextMiddleware,
): Promise<void> {
  switch (fault.kind) {
    case 'status':
      ctx.status = fault.status
      if (fault.retryAfterSeconds !== undefined) {
        ctx.set('retry-after', String(fault.retryAfterSeconds))
      }
      ctx.body = { error: 'server_error', error_description: 'A fault injected by a test' }
      return
    case 'html':
      ctx.type = 'text/html; charset=utf-8'
      ctx.body = '<!doctype html><title>Sign in to the network</title>'
      return
    case 'empty':
      ctx.type = 'application/json; charset=utf-8'
      ctx.body = ''
      return
    case 'truncated_json':
      await next()
      ctx.body = firstHalf(JSON.stringify(ctx.body))
      return
    case 'wrong_content_type':
      await next()
      ctx.body = JSON.stringify(ctx.body)
      ctx.type = 'text/plain; charset=utf-8'
      return
    case 'redirect':
      ctx.redirect(fault.location)
      ctx.status = 307
      return
    case 'connection_reset':
      breakConnection(ctx)
      return
    case 'slow':
      fault.onWaiting?.()
      await settled(fault.until)
      return next()
  }
}

function firstHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2))
}

function breakConnection(ctx: KoaContextWithOIDC): void {
  ctx.respond = false
  const { socket } = ctx.req
  // A TLS connection cannot be reset; for the client it ends as abruptly.
  if ('encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

async function settled(until: Promise<unknown> | AbortSignal): Promise<void> {
  if (until instanceof AbortSignal) {
    if (!until.aborted) await once(until, 'abort')
    return
  }
  await until.catch(() => undefined)
}
