import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { FAILURE_CODES, type FailureCode } from '../../src/failures/failure-codes.js'
import { CLAIMS_CODES, CLAIMS_TEXT } from '../../src/failures/answer-rule.js'
import { FAILURE_TABLE } from '../../src/failures/failure-table.js'
import { ROOT } from './pages.js'
import { sentencesOf } from './sentences-of.js'
import { filesBelow } from './source-files.js'

/** Where failures are made. */
const PLACES = ['src', 'middleware', 'routes']
/** There, a `description` is that of a setting, an operation, a tool a resource, or an answer of another protocol, or comes from another file. */
const OTHER_DESCRIPTIONS =
  /^(?:src\/(?:config|http|openapi|server)\/|src\/exchange\/exchange-failure|src\/openapi-tools\/(?!argument-error)|src\/tools\/(?:get-datetime|greet|locked-tools|tool-definition|tool-schema|whoami)\.ts|routes\/(?:protected-resource-metadata|shared-signals)\.ts)/
/** Where the code of a failure does not stand around its text. */
const CODE_OF_FILE: Readonly<Record<string, FailureCode>> = {
  'middleware/error-handler.ts': 'invalid_request',
  'src/downstream/call-outcome.ts': 'downstream_unavailable',
  'src/exchange/delegation-policy.ts': 'delegation_refused',
  'src/identity-providers/entra-refusals.ts': 'access_denied',
  'src/tools/claims-loops.ts': 'access_denied',
}

/** A sentence that a client or a person can read, and the failure that it belongs to. */
export interface FoundText {
  /** As it is written in the source, with `…` for what is put in. */
  readonly text: string
  readonly code: FailureCode
}

/**
 * Finds every sentence that a failure can show, in alphabetical order: those of the failure table, and each `description`
 * in the source.
 *
 * Throws for a sentence or a code that it cannot read from the source, since nobody could look it up.
 */
export function failureTexts(): readonly FoundText[] {
  const ofTable = FAILURE_CODES.map((code) => ({ text: FAILURE_TABLE[code].text, code }))
  const ofClaims = CLAIMS_CODES.filter((code) => code !== 'mfa_required').map((code) => ({
    text: CLAIMS_TEXT,
    code,
  }))
  const ofSource = PLACES.flatMap(filesBelow)
    .filter((file) => !OTHER_DESCRIPTIONS.test(file))
    .flatMap((file) => textsIn(file, readFileSync(join(ROOT, file), 'utf8')))
  const all = new Map(
    [...ofTable, ...ofClaims, ...ofSource].map((each) => [`${each.text} ${each.code}`, each]),
  )
  return [...all.values()].sort((a, b) => a.text.localeCompare(b.text, 'en'))
}

/** The sentences of the failures that one file makes; `file` is its path from the root. */
export function textsIn(file: string, text: string): readonly FoundText[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: FoundText[] = []
  const visit = (node: ts.Node): void => {
    const value = descriptionOf(node)
    if (value !== undefined) {
      const texts = sentencesOf(value, source)
      if (texts === undefined) throw new Error(`${file}: cannot read ${node.getText()}`)
      const code = codeAround(node) ?? CODE_OF_FILE[file]
      if (code === undefined && texts.length > 0) {
        throw new Error(`${file}: no failure code for ${node.getText()}`)
      }
      if (code !== undefined) found.push(...texts.map((each) => ({ text: each, code })))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** What `description: value` or `description` in an object stands for. */
function descriptionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'description') {
    return node.initializer
  }
  return ts.isShorthandPropertyAssignment(node) && node.name.text === 'description'
    ? node.name
    : undefined
}

/** The failure code among the arguments of the calls that a node stands in, the innermost first. */
function codeAround(node: ts.Node): FailureCode | undefined {
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) {
    if (!ts.isCallExpression(at) && !ts.isNewExpression(at)) continue
    const texts = [...(at.arguments ?? [])].filter(ts.isStringLiteral).map(({ text }) => text)
    const code = FAILURE_CODES.find((each) => texts.includes(each))
    if (code !== undefined) return code
  }
  return undefined
}
