import type { Claims } from '../../src/identity/caller.js'
import { printable } from '../printable.js'

/** One of the tokens of a call, by what it says. */
export interface Hop {
  readonly label: string
  readonly claims: Claims
}

const MAX_ENTRIES = 100
const LABEL_WIDTH = 13
const COLUMN_WIDTH = 32

/** Who each token is for, of whom, through whom, with what scopes, and for how long: side by side. */
export function hopsText(hops: readonly Hop[]): string {
  if (hops.length === 0) return ''
  const named = hops.map(({ claims }) => rowsOf(claims))
  const names = [...new Set(named.flatMap((rows) => Object.keys(rows)))]
  const lines = [
    row(
      '',
      hops.map(({ label }) => label),
    ),
    ...names.map((name) =>
      row(
        name,
        named.map((rows) => (Object.hasOwn(rows, name) ? printable(rows[name]) : 'none')),
      ),
    ),
  ]
  return `\n${lines.flat().join('\n')}\n`
}

function rowsOf(claims: Claims): Readonly<Record<string, unknown>> {
  const { aud, sub, scope, permissions, exp } = claims
  return {
    audience: inOneLine(aud),
    subject: sub,
    client: claims['client_id'] ?? claims['azp'] ?? claims['cid'] ?? claims['appid'],
    actor: actorChain(claims).join(' <- ') || 'none',
    scopes: inOneLine(scope ?? claims['scp']),
    ...(permissions === undefined ? {} : { permissions: inOneLine(permissions) }),
    expires: expiry(exp),
  }
}

function inOneLine(value: unknown): unknown {
  return Array.isArray(value) ? value.join(' ') : value
}

function expiry(exp: unknown): unknown {
  const date = typeof exp === 'number' ? new Date(exp * 1_000) : undefined
  return date === undefined || Number.isNaN(date.valueOf())
    ? exp
    : date.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** The lines of one row: what does not fit into its column goes on in the next line. */
function row(name: string, values: readonly string[]): readonly string[] {
  const cells = values.map(wrapped)
  const height = Math.max(...cells.map(({ length }) => length))
  return Array.from({ length: height }, (_, line) => {
    const label = line === 0 ? name : ''
    const parts = cells.map((cell) => (cell[line] ?? '').padEnd(COLUMN_WIDTH))
    return `  ${label.padEnd(LABEL_WIDTH)}${parts.join(' ')}`.trimEnd()
  })
}

/** Breaks at spaces, and within a word that is wider than the column. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > COLUMN_WIDTH) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
    for (; line.length > COLUMN_WIDTH; line = line.slice(COLUMN_WIDTH)) {
      lines.push(line.slice(0, COLUMN_WIDTH))
    }
  }
  return [...lines, line]
}

const SHOWN = [
  ...['iss', 'aud', 'sub', 'client_id', 'azp', 'cid', 'appid'],
  ...['scope', 'scp', 'permissions', 'org_id', 'exp'],
]

/** The claims of a hop that are shown to machines; no others. */
export function hopJson({ label, claims }: Hop): Readonly<Record<string, unknown>> {
  return {
    hop: label,
    ...Object.fromEntries(
      SHOWN.flatMap((name) => (claims[name] === undefined ? [] : [[name, fit(claims[name])]])),
    ),
    actors: actorChain(claims).map(printable),
  }
}

/** A claim for machines, whose output somebody's terminal shows all the same; keeps lists as lists. */
function fit(value: unknown): unknown {
  if (typeof value === 'number') return value
  return Array.isArray(value) ? value.slice(0, MAX_ENTRIES).map(printable) : printable(value)
}

const MAX_ACTORS = 32

/** The subjects of an `act` claim, outermost first (RFC 8693 §4.1), as far as it can be read. */
function actorChain(claims: Claims): readonly string[] {
  const chain: string[] = []
  let level: unknown = claims['act']
  while (typeof level === 'object' && level !== null && chain.length < MAX_ACTORS) {
    const { sub, act } = level as { sub?: unknown; act?: unknown }
    if (typeof sub !== 'string') break
    chain.push(sub)
    level = act
  }
  return chain
}
