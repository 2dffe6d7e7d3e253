/** How tokens are held against the clock where nothing else is said. */
export const TOKEN_DEFAULTS = {
  /** Allowed clock difference for `exp` and `nbf`. */
  clockToleranceSeconds: 5,
} as const
