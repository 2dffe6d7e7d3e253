import type { Complete } from '../options/complete.js'
import type { SessionLimits } from '../sessions/session-registry.js'
import type { CompleteSettings } from './settings.js'

/** The part of the configuration that `SESSION_SETTINGS` make; `undefined` where there are no sessions. */
export function sessionConfig(found: CompleteSettings): Complete<SessionLimits> | undefined {
  if (found.MCP_SESSIONS === 'off') return undefined
  return {
    idleMs: found.SESSION_IDLE_MINUTES * 60_000,
    maxAgeMs: found.SESSION_MAX_HOURS * 3_600_000,
    maxSessions: found.MAX_SESSIONS,
    maxSessionsPerUser: found.MAX_SESSIONS_PER_USER,
  }
}
