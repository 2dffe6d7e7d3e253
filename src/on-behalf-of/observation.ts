import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { createAudit, type AuditOptions } from '../audit/audit.js'
import { digestOf } from '../audit/digest.js'
import { createPseudonymizer } from '../audit/pseudonym.js'
import { createRequestLine, requestFields } from '../audit/request-line.js'
import { silentLog, type Logger } from '../logging/logger.js'
import { OpenRequests } from '../observability/open-requests.js'
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { MODERN_REVISION } from '../mcp/direct-message.js'
import { combineObservers } from '../observability/combine-observers.js'
import type {
  ObservedCall,
  ObservedRequest,
  ObservedTool,
  Observer,
} from '../observability/observer.js'
import type { ObservationOptions } from '../observability/observation-options.js'
import type { Tracing } from '../observability/tracing.js'
import type { TraceContextPolicy } from '../observability/trace-context-policy.js'
import { backgroundTimers, systemClock } from '../time/clock.js'
import { createTracing } from '../tracing/create-tracing.js'

/** What there is to observe for, and what is known of the tools. */
export interface ObservationParts {
  readonly log: Logger | undefined
  readonly observer: Observer | undefined
  readonly audit: AuditOptions | undefined
  readonly endpoint: URL
  readonly apis: Readonly<Record<string, { readonly baseUrl: URL }>>
  readonly traceContext: TraceContextPolicy
  /** Whether the tools are those of the standalone server. */
  readonly ownTools: boolean
  readonly tools: readonly { readonly name: string }[]
  /** Default: of the tools, that they are declared. */
  readonly toolFacts: ObservationOptions['toolFacts'] | undefined
}

/** How a server is observed, and how that ends. */
export interface Observation {
  readonly options: ObservationOptions
  readonly close: () => Promise<void>
}

/** Creates what observes a server: the log, the audit, and an observer of the user's own. */
export function observationFor(parts: ObservationParts): Observation {
  const { log = silentLog, observer, audit: given, ownTools, tools } = parts
  // The log's names of users mean nothing outside of this process, unless the operator has given a key.
  const pseudonymize = createPseudonymizer(given?.pseudonymKey ?? randomBytes(32))
  const audit =
    given &&
    createAudit(given, {
      log,
      pseudonymize: given.pseudonymKey && pseudonymize,
      onDropped: observer?.auditDropped && (() => observer.auditDropped?.({ atMs: Date.now() })),
    })
  const logs = log !== silentLog
  const line = logs ? createRequestLine(log, pseudonymize) : undefined
  const combined = combineObservers([audit?.observer, observer, line])
  const open = new OpenRequests(backgroundTimers)
  const close = async (): Promise<void> => {
    open.abandonAll()
    await audit?.close()
  }
  const tracing = tracingOf(parts)
  const options = {
    observer: combined ?? {},
    tracing,
    // Nothing is prepared where nobody wants to know anything.
    isIdle: combined === undefined ? () => !tracing.isOn() : undefined,
    toolFacts: parts.toolFacts ?? declaredAmong(tools),
    ownTools,
    open,
    digestOf: audit && digestOf,
    describe: logs
      ? (request: ObservedRequest, calls: readonly ObservedCall[]) =>
          requestFields(request, calls, pseudonymize)
      : undefined,
    clock: systemClock,
    stopwatch: () => performance.now(),
  }
  return { options, close }
}

function tracingOf({ endpoint, apis, traceContext }: ObservationParts): Tracing {
  const protocolVersions = [...SUPPORTED_PROTOCOL_VERSIONS, MODERN_REVISION]
  return createTracing({ endpoint, apis, policy: traceContext, protocolVersions })
}

const NO_FACTS: ObservedTool = {}

function declaredAmong(tools: ObservationParts['tools']): ObservationOptions['toolFacts'] {
  const names = new Set(tools.map(({ name }) => name))
  return (name) => (names.has(name) ? NO_FACTS : undefined)
}
