import { counted } from '../../../src/config/counted.js'
import { textTable } from '../../tools/text-table.js'
import type { ComparedScope } from './scope-comparison.js'

/** The scopes that tools need and where each was found, one table a place; empty for none. */
export function comparisonText(rows: readonly ComparedScope[]): string {
  const apis = new Set(rows.map((row) => (row.at === 'api' ? row.api : undefined)))
  apis.delete(undefined)
  const headingOf = (row: ComparedScope): string => heading(row, apis.size > 1)
  return [...new Set(rows.map(headingOf))]
    .map((place) => {
      const ofPlace = rows.filter((row) => headingOf(row) === place)
      return `\n${place}\n${textTable([HEAD, ...ofPlace.map(cells)])}`
    })
    .join('')
}

const HEAD = ['scope', 'needed by', 'defined', 'granted', 'in the token']

function heading(row: ComparedScope, areSeveral: boolean): string {
  return row.at === 'server'
    ? "scopes of this server (granted: to third-party clients; the token: the user's)"
    : `scopes of the API${areSeveral ? ` ${row.api}` : ''} (granted: to the exchanging client; the token: the exchanged one)`
}

function cells({ scope, tools, defined, granted, inToken }: ComparedScope): readonly string[] {
  return [scope, counted(tools.length, 'tool'), word(defined), word(granted), word(inToken)]
}

function word(found: boolean | undefined): string {
  return found === undefined ? '?' : found ? 'yes' : 'no'
}

/** The same for machines; what nobody has looked at is `null`. */
export function comparisonJson(row: ComparedScope): Readonly<Record<string, unknown>> {
  const { at, scope, tools, defined = null, granted = null, inToken = null } = row
  return {
    ...{ at, ...(row.at === 'api' ? { api: row.api } : {}) },
    ...{ scope, tools, defined, granted, inToken },
  }
}
