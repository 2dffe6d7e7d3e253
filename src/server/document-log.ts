import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { ExcludedFromTools } from '../openapi-tools/openapi-tools.js'
import type { DocumentTools } from './document-tools.js'

/** Warnings of one document that are logged. */
const MAX_WARNINGS = 20
/** Operations that one line names. */
const MAX_EXAMPLES = 3

/** Logs what became of each document: how many tools, what was left out and why, what is doubtful. Bounded, whatever it says. */
export function tellDocuments(documents: readonly DocumentTools[], log: Logger): void {
  for (const one of documents) {
    const { api, document, report, excluded, faults } = one
    const { operations, tools, apiScopes, scopeSets, approximateTokens } = report.document
    logEvent(log, 'info', {
      event: 'document_read',
      ...{ api, document, operations, tools, apiScopes, scopeSets, approximateTokens },
      leftOut: Object.fromEntries(byCode(excluded).map(([code, { length }]) => [code, length])),
    })
    tellLeftOut(one, log)
    for (const { message, cure, pointer, line, source } of faults.slice(0, MAX_WARNINGS)) {
      logEvent(log, 'warn', {
        event: 'document_doubtful',
        ...{ api, document: source ?? document, pointer, line, message },
        hint: cure,
        unlogged: faults.length > MAX_WARNINGS ? faults.length - MAX_WARNINGS : undefined,
      })
    }
  }
}

/** One line for each reason; what somebody has chosen to leave out is only counted. */
function tellLeftOut({ api, document, excluded }: DocumentTools, log: Logger): void {
  for (const [reason, operations] of byCode(excluded.filter(({ kind }) => kind !== 'choice'))) {
    logEvent(log, 'warn', {
      event: 'operations_left_out',
      ...{ api, document, reason },
      operations: operations.length,
      examples: operations
        .slice(0, MAX_EXAMPLES)
        .map((one) => `${one.method} ${one.path}: ${one.reason}`),
      hint: operations[0]?.cure,
    })
  }
}

function byCode(
  excluded: readonly ExcludedFromTools[],
): readonly (readonly [string, readonly ExcludedFromTools[]])[] {
  const codes = [...new Set(excluded.map(({ code }) => code))].sort()
  return codes.map((code) => [code, excluded.filter((one) => one.code === code)])
}
