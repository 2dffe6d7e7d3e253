import type { ServerResponse } from 'node:http'
import { sendJson } from './send-json.js'
import type { TokenRateLimit, Behaviors } from './behaviors.js'

// Announced while there is no limit: a client reads the same headers either way.
const ANNOUNCED: TokenRateLimit = { requests: 1000, windowMs: 60_000 }

/** Counts token requests; one for the whole server, as Auth0 counts by tenant. */
export interface TokenRateLimiter {
  /**
   * Counts a request and writes the `X-RateLimit-*` headers of its answer.
   *
   * Returns whether the request may go on; if not, 429 has been sent.
   */
  admit(response: ServerResponse): boolean
}

/**
 * Creates a limiter that counts in fixed windows of time.
 *
 * `X-RateLimit-Reset` is in epoch seconds. Without `behaviors.tokenRateLimit` a limit is announced but
 * never applied. A limit that is set later counts from then on.
 *
 * `nowMs`: epoch milliseconds.
 */
export function createTokenRateLimiter(
  behaviors: Behaviors,
  nowMs: () => number,
): TokenRateLimiter {
  let window = { limit: ANNOUNCED, used: 0, endsAtMs: 0 }
  return {
    admit(response) {
      const limit = behaviors.tokenRateLimit ?? ANNOUNCED
      const now = nowMs()
      if (limit !== window.limit || now >= window.endsAtMs) {
        window = { limit, used: 0, endsAtMs: now + limit.windowMs }
      }
      window.used += 1
      response.setHeader('x-ratelimit-limit', limit.requests)
      response.setHeader('x-ratelimit-remaining', Math.max(0, limit.requests - window.used))
      response.setHeader('x-ratelimit-reset', Math.ceil(window.endsAtMs / 1000))
      if (limit === ANNOUNCED || window.used <= limit.requests) return true

      if (behaviors.retryAfter === 'sent') {
        response.setHeader('retry-after', Math.ceil((window.endsAtMs - now) / 1000))
      }
      sendJson(response, 429, {
        error: 'too_many_requests',
        error_description: 'Global limit has been reached',
      })
      return false
    },
  }
}
