import type { ConfigIssue } from '../config/config-error.js'
import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import { scrub } from '../logging/scrub.js'
import type { ToolChanges } from './tool-changes.js'

/** Names, changes or faults that one line has of each kind. */
const MAX_TOLD = 20
const MAX_TEXT = 500

/** The document of which a line speaks. */
export interface NamedDocument {
  readonly api: string
  readonly document: string
}

/** Logs what a reload has changed: a line about security where some requirement is not provably as strong as it was. */
export function tellReloaded(
  documents: readonly NamedDocument[],
  changes: ToolChanges,
  log: Logger,
): void {
  const { added, addedScopes, removed, changed, scopes, weaker } = changes
  const isWeaker = weaker.length > 0
  const lists = { added, removed, changed, scopeChanges: scopes, weaker }
  const unlogged = Object.values(lists).reduce(
    (sum, { length }) => sum + Math.max(0, length - MAX_TOLD),
    0,
  )
  logEvent(log, isWeaker ? 'warn' : 'info', {
    event: 'openapi_reloaded',
    apis: documents.map(({ api }) => api),
    documents: documents.map(({ document }) => document),
    added: added.slice(0, MAX_TOLD),
    addedScopes: addedScopes
      .slice(0, MAX_TOLD)
      .map(({ tool, after }) => scrub(`${tool}: ${after}`, MAX_TEXT)),
    removed: removed.slice(0, MAX_TOLD),
    changed: changed.slice(0, MAX_TOLD),
    scopeChanges: scopes
      .slice(0, MAX_TOLD)
      .map(({ tool, before, after }) => scrub(`${tool}: ${before} => ${after}`, MAX_TEXT)),
    weaker: weaker
      .slice(0, MAX_TOLD)
      .map(
        ({ tool, before, weakenings, unfixed }) =>
          `${tool}${before === undefined ? '' : ` (before: ${before})`}: ${weakenings.join(', ')}${unfixed.length === 0 ? '' : ` (${unfixed.slice(0, MAX_TOLD).join(', ')})`}`,
      ),
    unlogged: unlogged === 0 ? undefined : unlogged,
    security: isWeaker ? true : undefined,
    hint: isWeaker
      ? 'These tools need less than before, or something else. Look whether the document says what you mean; else put the former one back.'
      : undefined,
  })
}

/** Logs why a document is not used. The tools are those of before. */
export function tellNotReloaded(
  { api, document }: NamedDocument,
  issues: readonly Pick<ConfigIssue, 'key' | 'hint'>[],
  log: Logger,
): void {
  logEvent(log, 'warn', {
    event: 'openapi_reload_failed',
    ...{ api, document },
    faults: issues.slice(0, MAX_TOLD).map(({ key, hint }) => scrub(`${key}: ${hint}`, MAX_TEXT)),
    unlogged: issues.length > MAX_TOLD ? issues.length - MAX_TOLD : undefined,
    hint: 'The tools that were made before stay in use. Correct the document or its curation.',
  })
}

/** Logs that a document can be used again that could not. */
export function tellRecovered({ api, document }: NamedDocument, log: Logger): void {
  logEvent(log, 'info', { event: 'openapi_reload_recovered', api, document })
}
