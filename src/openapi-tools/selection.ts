import { nearestName } from '../options/nearest-name.js'
import type { OperationHead } from '../openapi/operation.js'
import { shown } from '../openapi/shown.js'
import type { Curation } from './curation.js'
import type { ExcludedFromTools, OpenApiToolsFault } from './openapi-tools.js'
import type { SelectionRule } from './selection-rules.js'

/** What decides which operations become tools. */
export interface Selection {
  readonly rules: readonly SelectionRule[]
  readonly curation: Curation
  /** How messages name the rules. */
  readonly called: string
}

/** Why an operation is not to be a tool. */
export type NotSelected = Pick<ExcludedFromTools, 'code' | 'kind' | 'reason' | 'cure'>

/** Whether an operation is to be a tool: `undefined` if so. */
export function notSelected(
  operation: OperationHead,
  { rules, curation, called }: Selection,
): NotSelected | undefined {
  const hidden = curation.of(operation)?.hidden
  if (hidden === true) {
    return chosen('hidden', 'The curation hides it', 'Remove hidden from its entry')
  }
  if (operation.enabled === false && hidden !== false) {
    const cure = 'Write hidden: false into its entry of the curation'
    return chosen('hidden', 'The document says that it is not for tools', cure)
  }
  const rule = rules.find((one) => one.fits(operation))
  if (rule === undefined) {
    return chosen('not_selected', `No rule of ${called} fits it`, 'Add a rule that does')
  }
  if (!rule.excludes) return undefined
  const text = shown(rule.text)
  return chosen('not_selected', `The rule ${text} of ${called} excludes it`, 'Change the rules')
}

function chosen(code: 'hidden' | 'not_selected', reason: string, cure: string): NotSelected {
  return { code, kind: 'choice', reason, cure }
}

/**
 * Rules that fit no operation. One that excludes and looks like a misspelt name is a fault: what it was meant to keep away
 * would be a tool.
 */
export function unusedRules(
  operations: readonly OperationHead[],
  { rules, called }: Selection,
): readonly OpenApiToolsFault[] {
  return rules
    .filter((rule) => !rule.general && !operations.some((one) => rule.fits(one)))
    .map((rule) => {
      const near = meant(rule, operations)
      const text = shown(rule.text)
      const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
      return {
        code: 'selection',
        severity: rule.excludes && near !== undefined ? 'fault' : 'warning',
        pointer: '#',
        line: undefined,
        message: `The rule ${text} of ${called} fits no operation${hint}`,
        cure: 'Correct the rule, or remove it',
      }
    })
}

function meant({ text }: SelectionRule, operations: readonly OperationHead[]): string | undefined {
  const [, key, name = ''] = /^!?(tag|id):([^*]+)$/s.exec(text) ?? []
  if (key === undefined) return undefined
  const known =
    key === 'tag'
      ? [...new Set(operations.flatMap(({ tags }) => tags))]
      : operations.flatMap(({ operationId = '' }) => operationId)
  return nearestName(name, known)
}
