import { SESSION_DEFAULTS } from '../sessions/session-registry.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Sessions of the 2025 revisions; 2026-07-28 has none. */
export const SESSION_SETTINGS = {
  MCP_SESSIONS: setting({
    description:
      'Whether 2025 clients get a session: for tools that ask the user something while they run, and for clients that resume a stream. Sessions live in this process, so several instances need routing by Mcp-Session-Id. on or off.',
    schema: values.oneOf('off', 'on'),
    example: 'off',
    fallback: 'off',
  }),
  SESSION_IDLE_MINUTES: setting({
    description: 'How long a session may be unused before it ends, in minutes.',
    schema: values.integerBetween(1, 10_080),
    example: '30',
    fallback: `${SESSION_DEFAULTS.idleMs / 60_000}`,
  }),
  SESSION_MAX_HOURS: setting({
    description: 'How long a session may last at all, in hours.',
    schema: values.integerBetween(1, 720),
    example: '24',
    fallback: `${SESSION_DEFAULTS.maxAgeMs / 3_600_000}`,
  }),
  MAX_SESSIONS: setting({
    description: 'Open sessions of all users together; each keeps up to 256 KiB of messages.',
    schema: values.integerBetween(1, 1_000_000),
    example: '1000',
    fallback: `${SESSION_DEFAULTS.maxSessions}`,
  }),
  MAX_SESSIONS_PER_USER: setting({
    description:
      'Open sessions of one user, through all clients together. Beyond it, the one unused for longest ends.',
    schema: values.integerBetween(1, 1_000),
    example: '20',
    fallback: `${SESSION_DEFAULTS.maxSessionsPerUser}`,
  }),
} as const satisfies Record<string, Setting<unknown>>
