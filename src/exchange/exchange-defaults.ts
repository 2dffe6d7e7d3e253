/** How a server exchanges tokens that is told nothing else. */
export const EXCHANGE_DEFAULTS = {
  /** For the whole exchange: waiting for a turn, both tries and the pause between. */
  timeoutMs: 5_000,
  /** What Auth0 allows on its smallest paid plans. */
  ratePerSecond: 8,
  /** All that `ratePerSecond` can bring in the hour that a token is kept. */
  cacheEntries: 30_000,
  requireActor: false,
  forwardClientAddress: false,
  dangerouslyAllowOpaqueTokens: false,
  dangerouslyAllowUnboundDowngrade: false,
} as const
