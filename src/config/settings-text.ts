import { parseEnv } from 'node:util'
import type { ConfigIssue } from './config-error.js'

/** What a line of a settings file has that readers of such files understand differently, or not at all. */
export type SettingsLineProblem = 'no_assignment' | 'set_twice'

export interface SettingsLineDoubt {
  /** From 1. */
  readonly line: number
  /** Absent where the line names no setting. */
  readonly name?: string | undefined
  readonly problem: SettingsLineProblem
}

/** The text of a settings file as values, and what is wrong with it. No issue and no doubt shows a value. */
export interface SettingsText {
  readonly values: Readonly<Record<string, string>>
  /** Lines that say something else than they seem to; each is keyed by the setting that it is about. */
  readonly issues: readonly ConfigIssue[]
  /** Lines that do nothing, or undo others. */
  readonly doubts: readonly SettingsLineDoubt[]
}

/** A name and its value; a value in quotes may go over several lines. */
interface Statement {
  readonly line: number
  readonly lastLine: number
  readonly name: string
  /** As written behind the `=`, quotes included. */
  readonly raw: string
  /** What follows a closing quote in its line. */
  readonly behind: string
}

const ASSIGNMENT = /^[^\S\n]*(?:export[^\S\n]+)?([^\s=#'"`:]+)[^\S\n]*=/
const QUOTES = /^[^\S\n]*(["'`])/

/**
 * Reads the text of a `.env` file. Node's own parser gives each value; which lines belong together is decided here,
 * because that parser takes a line without a `=` for a part of the next name.
 *
 * `settings` are the names that mean something: what is said about others is not judged.
 */
export function parseSettingsText(text: string, settings: ReadonlySet<string>): SettingsText {
  const { statements, others } = statementsOf(text.replaceAll(/\r\n?/g, '\n'))
  const values = Object.fromEntries(
    statements.map((statement) => [statement.name, valueOf(statement)] as const),
  )
  const misplaced = others.map(({ line, text: other }) => {
    const name = namedIn(other, settings)
    return { line, name }
  })
  const missing = misplaced.filter(({ name }) => name !== undefined && !(name in values))
  return {
    values,
    issues: [
      ...statements
        .filter(({ name }) => settings.has(name))
        .flatMap(({ name, ...statement }) =>
          issueOf(statement).map((hint) => ({ key: name, hint })),
        ),
      ...statements.flatMap((statement) => swallowed(statement, settings)),
      ...missing.map(({ line, name = '' }) => ({
        key: name,
        hint: `stands in line ${line} of .env, but not as NAME=value. Write it as ${name}=, followed by the value`,
      })),
    ],
    doubts: [
      ...misplaced
        .filter((one) => !missing.includes(one))
        .map((one) => ({ ...one, problem: 'no_assignment' as const })),
      ...doubled(
        statements.filter(({ name }) => settings.has(name)),
        values,
      ),
    ],
  }
}

function valueOf({ raw }: Statement): string {
  const value = parseEnv(`V=${raw}\n`)['V'] ?? ''
  return QUOTES.test(raw) ? value : value.trim()
}

function issueOf({ line, raw, behind }: Omit<Statement, 'name'>): string[] {
  if (behind !== '' && !behind.startsWith('#')) {
    return [
      `has text behind its closing quote in line ${line} of .env, which is lost. Put the whole value between quotes that do not occur in it`,
    ]
  }
  const at = raw.indexOf('#')
  const starts = at === 0 && /^#\S/.test(raw)
  if (QUOTES.test(raw) || at < 0 || (at > 0 ? /\s/.test(raw.charAt(at - 1)) : !starts)) return []
  return [
    `has a # in line ${line} of .env, without a space in front. Node.js ends the value there, Docker Compose does not. Put the value in single quotes; or a space in front, where a comment is meant`,
  ]
}

/** Settings that a quote too many has made a part of another value. */
function swallowed(
  { line, lastLine, name, raw }: Statement,
  settings: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const inner = raw.split('\n').slice(1)
  const names = inner.map((text) => ASSIGNMENT.exec(text)?.[1] ?? '')
  return names
    .filter((one) => settings.has(one))
    .map((key) => ({
      key,
      hint: `is a part of the value of ${settings.has(name) ? name : 'another name'} in .env: the quote that opens in line ${line} is closed in line ${lastLine} only. Close it in its own line`,
    }))
}

/** Names that are set twice, to different values: the last one counts. */
function doubled(
  statements: readonly Statement[],
  values: Readonly<Record<string, string>>,
): readonly SettingsLineDoubt[] {
  return statements
    .filter((statement) => {
      const value = valueOf(statement)
      return value !== '' && value !== values[statement.name]
    })
    .map(({ line, name }) => ({ line, name, problem: 'set_twice' }))
}

function namedIn(text: string, settings: ReadonlySet<string>): string | undefined {
  const [front = ''] = text.split('=')
  return front.match(/[A-Z][A-Z0-9_]+/g)?.find((word) => settings.has(word))
}

interface Lines {
  readonly statements: readonly Statement[]
  readonly others: readonly { readonly line: number; readonly text: string }[]
}

function statementsOf(text: string): Lines {
  const statements: Statement[] = []
  const others: { line: number; text: string }[] = []
  let rest = text
  let line = 1
  while (rest !== '') {
    const statement = statementAt(rest, line)
    const end = statement?.end ?? lineEnd(rest)
    if (statement !== undefined) statements.push(statement)
    else if (!/^\s*(?:#|$)/.test(rest.slice(0, end)))
      others.push({ line, text: rest.slice(0, end) })
    line += rest.slice(0, end + 1).split('\n').length - 1
    rest = rest.slice(end + 1)
  }
  return { statements, others }
}

function statementAt(
  text: string,
  line: number,
): (Statement & { readonly end: number }) | undefined {
  const [head, name = ''] = ASSIGNMENT.exec(text) ?? []
  if (head === undefined) return undefined
  const value = text.slice(head.length)
  const [opening = '', quote] = QUOTES.exec(value) ?? []
  const closing = quote === undefined ? -1 : value.indexOf(quote, opening.length)
  const raw = value.slice(0, closing < 0 ? lineEnd(value) : closing + 1)
  const end = raw.length + lineEnd(value.slice(raw.length))
  return {
    line,
    name,
    raw,
    lastLine: line + raw.split('\n').length - 1,
    behind: value.slice(raw.length, end).trim(),
    end: head.length + end,
  }
}

function lineEnd(text: string): number {
  const at = text.indexOf('\n')
  return at < 0 ? text.length : at
}
