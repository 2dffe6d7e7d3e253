import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { ROOT } from './pages.js'

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
 * Finds every log line that the source writes: each call of a method `event` with a level and a name.
 *
 * Throws for one whose name is not written out, since nobody could look it up.
 */
export function logEvents(): readonly LogEvent[] {
  return PLACES.flatMap(filesBelow).flatMap((path) => eventsIn(path, readFileSync(path, 'utf8')))
}

function filesBelow(place: string): string[] {
  const directory = join(ROOT, place)
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(directory, name))
}

/** The log lines that one file writes; `path` is where it stands. */
export function eventsIn(path: string, text: string): LogEvent[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: LogEvent[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isEventCall(node)) {
      const [level, name, fields] = node.arguments
      const file = relative(ROOT, path)
      if (name === undefined || !ts.isStringLiteral(name)) {
        throw new Error(`${file}: the name of a log event has to be written out`)
      }
      found.push({
        name: name.text,
        level: level !== undefined && ts.isStringLiteral(level) ? level.text : undefined,
        fields: fields === undefined ? [] : fieldsOf(fields),
        file,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isEventCall({ expression, arguments: given }: ts.CallExpression): boolean {
  return (
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === 'event' &&
    given.length >= 2
  )
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
