import type { Request, RequestHandler } from 'express'
import type { ToolHost } from '../src/downstream/call-log.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import { requireAuthContext } from '../src/identity/auth-context.js'
import { userKeyOf } from '../src/identity/caller.js'
import { callerForLog } from '../src/identity/identifier-for-log.js'
import {
  TOOL_LIMITS_OPTION,
  ToolCallCount,
  type ToolAdmission,
  type ToolLimits,
} from '../src/limits/tool-limits.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { SHARED_COUNTS_OPTION, type SharedCounts } from '../src/store/shared-state.js'
import type { Clock } from '../src/time/clock.js'
import { holdPlaces } from '../src/tools/held-places.js'
import { refuseCalls } from '../src/tools/refused-calls.js'
import type { ToolRegistry } from '../src/tools/registry.js'
import { countedToolCallsIn } from '../src/tools/tool-calls.js'
import type { ToolRequirements } from '../src/tools/tool.js'
import { addressBlockOf } from './client-address.js'
import { meantMessages } from './inner-calls.js'
import { countUntilOver } from './limit-concurrency.js'
import { authInfoOf } from './require-bearer-auth.js'
import { stateOf } from './request-state.js'

/** Which tools `limitTools` limits, and how. */
export interface ToolLimitOptions {
  readonly registry: ToolRegistry<ToolRequirements>
  /** By the names of tools; `*` stands for each tool of the registry that has no entry. */
  readonly limits: ToolLimits
  /** Who runs the tools. `standalone` answers a refused call itself. Default `library`. */
  readonly host?: ToolHost | undefined
  /** Counts calls a minute in all instances together. Default: in this process alone. */
  readonly shared?: SharedCounts | undefined
  readonly clock?: Clock | undefined
}

const OPTIONS = optionsSchema<ToolLimitOptions>({
  registry: optionValues.withFunctions('a ToolRegistry, see createToolRegistry', 'find'),
  limits: TOOL_LIMITS_OPTION,
  host: optionValues.oneOf('library', 'standalone').optional(),
  shared: SHARED_COUNTS_OPTION.optional(),
  clock: optionValues.callable.optional(),
})

/**
 * Limits how often a verified user calls a tool, and how often at a time, through all clients together.
 *
 * A refused call gets the tool error `tool_rate_limited`, and the other calls of a batch go on. In a server of your own that holds for
 * tools that call an API; where another tool is refused, the request is answered with 429. The calls of one tool in a batch are let in
 * together, or none of them. A call without a token counts for its address, and is refused with 429. Throws a `TypeError` for limits of a tool that the registry does not have. Needs `toolScopes` in front, and
 * `tokenExchange` behind it. A call counts until its handler is over; in a server of your own
 * without sessions until its answer is. With `shared`, calls a minute count in all instances; calls at a time count in this process alone.
 *
 * @category Middleware
 */
export function limitTools(options: ToolLimitOptions): RequestHandler {
  assertOptions('limitTools', OPTIONS, options)
  const { limits, host = 'library' } = options
  const counts = countsFor(options)
  if (Object.keys(limits).length === 0) return unlimited
  return async function limitToolsMiddleware(req, res, next) {
    const authInfo = authInfoOf(req)
    const { user, who, log } = countedFor(req)
    const { registry } = stateOf(req).tools ?? options
    for (const [tool, calls] of countedToolCallsIn(meantMessages(req))) {
      const admission = await counts(tool, registry)?.admit(user, calls)
      if (admission === undefined) continue
      if ('places' in admission) {
        const { places } = admission
        if (places === undefined) continue
        countUntilOver(req, res, places)
        if (authInfo !== undefined) holdPlaces(authInfo, tool, places)
        continue
      }
      const failure = refusal(tool, admission, { who, log })
      const answers = host === 'standalone' || registry.find(tool)?.downstream !== undefined
      if (!answers || authInfo === undefined) throw failure
      refuseCalls(authInfo, tool, failure)
      stateOf(req).observation?.withoutAccess(tool, failure)
    }
    if (!res.destroyed) next()
  }
}

interface Counted {
  /** What the calls are counted under. */
  readonly user: string
  /** As the refusal calls it. */
  readonly who: string
  readonly log: Readonly<Record<string, unknown>>
}

/** A call without a token counts for its address. */
function countedFor(req: Request): Counted {
  if (stateOf(req).anonymous !== undefined) {
    const address = addressBlockOf(req)
    return { user: `address ${address}`, who: 'address', log: { address } }
  }
  const { caller } = requireAuthContext(authInfoOf(req))
  return { user: userKeyOf(caller), who: 'user', log: callerForLog(caller) }
}

const unlimited: RequestHandler = function unlimitedTools(_req, _res, next) {
  next()
}

/** The count of each tool with a limit. */
function countsFor({
  registry,
  limits,
  shared,
  clock,
}: ToolLimitOptions): (
  tool: string,
  among: ToolRegistry<ToolRequirements>,
) => ToolCallCount | undefined {
  const { '*': others, ...named } = limits
  const unknown = Object.keys(named).filter((name) => registry.find(name) === undefined)
  if (unknown.length > 0) {
    throw new TypeError(`limitTools() knows no such tool: ${unknown.join(', ')}`)
  }
  const counts = new Map<string, ToolCallCount>()
  let counted = registry
  return (tool, among) => {
    if (among !== counted) {
      // What was counted of tools that there still are goes on to count.
      for (const name of counts.keys()) if (among.find(name) === undefined) counts.delete(name)
      counted = among
    }
    const known = counts.get(tool)
    if (known !== undefined) return known
    const limit = Object.hasOwn(named, tool) ? named[tool] : others
    if (limit === undefined || among.find(tool) === undefined) return undefined
    const count = new ToolCallCount({ ...limit, tool, shared, clock })
    counts.set(tool, count)
    return count
  }
}

function refusal(
  tool: string,
  { refusedBy, limit, retryAfterSeconds, repeated }: Extract<ToolAdmission, { refusedBy: string }>,
  { who, log }: Pick<Counted, 'who' | 'log'>,
): OnBehalfOfError {
  const often = refusedBy === 'calls_per_minute' ? 'times a minute' : 'times at once'
  return new OnBehalfOfError('tool_rate_limited', {
    reason: refusedBy,
    description: `One ${who} may call ${tool} at most ${limit} ${often}. Call it less often.`,
    retryAfterSeconds,
    repeated,
    log,
  })
}
