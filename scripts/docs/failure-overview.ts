import { FAILURE_CODES } from '../../src/failures/failure-codes.js'
import { FAILURE_TABLE } from '../../src/failures/failure-table.js'
import { failureAnswer } from './failure-answer.js'

/** All failure codes in one table, each a link to its section. */
export function failureOverview(): string {
  const rows = FAILURE_CODES.map((code) => {
    const rule = FAILURE_TABLE[code]
    return `| [\`${code}\`](#${code}) | ${rule.when} | ${failureAnswer(rule)} | ${rule.logLevel} | ${rule.security ? 'yes' : ''} |`
  })
  return [
    '| code | when | the client gets | log level | security |',
    '| - | - | - | - | - |',
    ...rows,
  ].join('\n')
}
