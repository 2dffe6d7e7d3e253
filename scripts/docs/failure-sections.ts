import { FAILURE_CODES, type FailureCode } from '../../src/failures/failure-codes.js'
import type { FailureRule } from '../../src/failures/failure-rule.js'
import { FAILURE_TABLE } from '../../src/failures/failure-table.js'
import { FAILURE_ADVICE } from './failure-advice.js'
import { wrapped } from './wrapped.js'

/** One section a failure code: when, what the client gets and reads, what an operator does. */
export function failureSections(): string {
  return FAILURE_CODES.map(section).join('\n\n')
}

function section(code: FailureCode): string {
  const rule = FAILURE_TABLE[code]
  const paragraphs = [
    `When: ${rule.when}.`,
    `The client gets ${answer(rule)}, and reads: “${rule.text.replaceAll('<', '\\<')}”${replaced(rule)}`,
    `The log line has level ${rule.logLevel}${rule.security ? ' and `security: true`' : ''}.`,
    `**What to do.** ${FAILURE_ADVICE[code]}`,
  ]
  return `### ${code}\n\n${paragraphs.map((text) => wrapped(text)).join('\n\n')}`
}

function answer(rule: FailureRule): string {
  if (rule.respondAs === 'tool') return 'a tool result with `isError` (HTTP 200)'
  if (rule.challenge === 'none') return `HTTP ${rule.status} with a JSON-RPC error, no challenge`
  return rule.challenge === 'plain'
    ? `HTTP ${rule.status} with a challenge that names no error`
    : `HTTP ${rule.status} with the challenge \`error="${rule.challenge}"\``
}

/** What else a client may read. Nothing of it is another server's text. */
function replaced(rule: FailureRule): string {
  const described = rule.exposeDescription ? ' Where more is known, the text says more.' : ''
  const reference = rule.includeReference
    ? ' The text has a reference id, which the log line has too.'
    : ''
  return `${described}${reference}`
}
