import { LRUCache } from 'lru-cache'
import { entriesAtMost } from '../cache/entries-at-most.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { scrub } from '../logging/scrub.js'

/** Names come from clients: so many are told about, then no more until some are forgotten. */
const MAX_NAMES = 100
const FORGOTTEN_MS = 3_600_000

/** Refuses calls of tools that nobody has declared, and tells about each name once an hour. */
export class UndeclaredTools {
  readonly #log: Logger
  readonly #told = new LRUCache<string, true>({ ...entriesAtMost(MAX_NAMES), ttl: FORGOTTEN_MS })

  constructor(log: Logger) {
    this.#log = log
  }

  /** The refusal of a call of these tools. */
  refusal(names: readonly string[], requestId: string): OnBehalfOfError {
    const tools = names.slice(0, 10).map((name) => scrub(name, 100) ?? '')
    for (const tool of tools) this.#tell(tool, requestId)
    return new OnBehalfOfError('permission_denied', {
      reason: 'tool_not_declared',
      description:
        'This server has no tool of that name that may be called. Whoever runs the server has to declare it.',
      log: { tools },
    })
  }

  #tell(tool: string, requestId: string): void {
    if (this.#told.has(tool) || (this.#told.size >= MAX_NAMES && !this.#purged())) return
    this.#told.set(tool, true)
    logEvent(this.#log, 'warn', {
      event: 'tool_not_declared',
      tool,
      requestId,
      hint: 'add it to tools, with requiredScopes: [] where a sign-in is enough; check the spelling',
    })
  }

  #purged(): boolean {
    return this.#told.purgeStale()
  }
}
