import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { ROOT } from './pages.js'
import { filesBelow } from './source-files.js'

/** Where what ships is written. */
const PLACES = ['src', 'middleware', 'routes', 'cli']

/** One place in the source that writes a log line. */
export interface LogEvent {
  readonly name: string
  /** `undefined` where the failure table decides. */
  readonly level: string | undefined
  /** Members of the line that are named at the place itself; what is spread into it is not among them. */
  readonly fields: readonly string[]
  /** From the project's root. */
  readonly file: string
}

/**
 * Finds every log line that the source writes: each call of `logEvent(log, level, { event, … })`.
 *
 * Throws for one whose name is not written out, since nobody could look it up.
 */
export function logEvents(): readonly LogEvent[] {
  return PLACES.flatMap(filesBelow)
    .map((file) => join(ROOT, file))
    .flatMap((path) => eventsIn(path, readFileSync(path, 'utf8')))
}

/** The log lines that one file writes; `path` is where it stands. */
export function eventsIn(path: string, text: string): LogEvent[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: LogEvent[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isEventCall(node)) {
      const [, level, event] = node.arguments
      const file = relative(ROOT, path)
      found.push({
        name: nameOf(event, file),
        level: level !== undefined && ts.isStringLiteral(level) ? level.text : undefined,
        fields: event === undefined ? [] : fieldsOf(event).filter((field) => field !== 'event'),
        file,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isEventCall({ expression }: ts.CallExpression): boolean {
  return ts.isIdentifier(expression) && expression.text === 'logEvent'
}

function nameOf(event: ts.Expression | undefined, file: string): string {
  const isObject = event !== undefined && ts.isObjectLiteralExpression(event)
  const members = isObject ? event.properties.filter(ts.isPropertyAssignment) : []
  const name = members.find((member) => member.name.getText() === 'event')?.initializer
  if (name !== undefined && ts.isStringLiteral(name)) return name.text
  throw new Error(`${file}: the name of a log event has to be written out`)
}

function fieldsOf(node: ts.Expression): string[] {
  if (!ts.isObjectLiteralExpression(node)) return []
  return node.properties.flatMap((member) =>
    ts.isSpreadAssignment(member) ? fieldsIn(member.expression) : [member.name.getText()],
  )
}

/** `...{ a, b }` and `...(absent ? {} : { c })` name their members; anything else does not. */
function fieldsIn(node: ts.Expression): string[] {
  if (ts.isParenthesizedExpression(node)) return fieldsIn(node.expression)
  if (ts.isConditionalExpression(node))
    return [...fieldsIn(node.whenTrue), ...fieldsIn(node.whenFalse)]
  return fieldsOf(node)
}
