/** The claim of the session, where users can be signed out and nothing else is said. */
export const DEFAULT_SESSION_CLAIM = 'sid'

/** How tokens are held against the clock where nothing else is said. */
export const TOKEN_DEFAULTS = {
  /** Allowed clock difference for `exp` and `nbf`. */
  clockToleranceSeconds: 5,
  /** Verified bearer tokens that are remembered. */
  verifiedTokenCacheEntries: 100_000,
} as const
