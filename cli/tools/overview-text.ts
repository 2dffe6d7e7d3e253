import { counted } from '../../src/config/counted.js'
import type {
  ExcludedFromTools,
  OpenApiReport,
  ReportedTool,
} from '../../src/openapi-tools/openapi-tools.js'
import type { ListedTools } from '../../src/server/listed-tools.js'
import { printable } from '../printable.js'
import { textTable } from './text-table.js'

/** The document at a glance: its tools, what is left out and why, what a fresh client sees. */
export function overviewText(report: OpenApiReport, listed: ListedTools): string {
  const { document, tools, excluded } = report
  const size = document.approximateTokens.toLocaleString('en')
  const head = [
    `${counted(document.operations, 'operation')}, ${counted(document.tools, 'tool')}, ${document.excluded} left out`,
    `API scopes: ${document.apiScopes}`,
    `scope sets: ${document.scopeSets}`,
    ...(document.expose === 'search' ? ['found by search'] : []),
    `about ${size} tokens`,
  ].join(' · ')
  return [
    `${head}\n`,
    tools.length === 0 ? '' : textTable([HEADINGS, ...tools.map(toolRow)]),
    leftOutText(excluded, document.name),
    listedText(listed),
  ].join('')
}

const HEADINGS = ['tool', 'operation', 'server scopes', 'API scopes', 'hints']

function toolRow({ name, operation, alternatives, chosen, ...tool }: ReportedTool): string[] {
  const hints = [
    `${hintOf(tool.annotations)}${tool.confirm ? ', asks first' : ''}`,
    ...(alternatives.length > 1 ? [`(1 of ${alternatives.length} alternatives)`] : []),
  ]
  return [
    name,
    `${operation.method} ${operation.path}`,
    scopesCell(chosen.server),
    scopesCell(chosen.api),
    hints.join(' '),
  ]
}

/** What clients are told of what a tool does. */
export function hintOf({ readOnlyHint, destructiveHint }: ReportedTool['annotations']): string {
  if (readOnlyHint === true) return 'read-only'
  return destructiveHint === false ? 'writes' : 'destructive'
}

/** Scopes in a cell. */
export function scopesCell(scopes: readonly string[]): string {
  return scopes.length === 0 ? '-' : scopes.join(' ')
}

/** What somebody wants left out is counted alone: it may be a thousand operations. */
function leftOutText(excluded: readonly ExcludedFromTools[], document: string): string {
  if (excluded.length === 0) return ''
  const told = excluded.filter(({ kind }) => kind !== 'choice')
  const chosen = excluded.length - told.length
  const rows = told.map(({ method, path, reason, line, pointer }) => [
    `${method} ${path}`,
    reason,
    line === undefined ? pointer : `${document}:${line}`,
  ])
  const rest =
    chosen === 0 ? '' : `  ${chosen} by the rules, the curation or the document's own word\n`
  return `left out\n${textTable(rows)}${rest}`
}

function listedText({ scopes, tools, listed, callable }: ListedTools): string {
  if (tools === 0) return ''
  const held = scopes.length === 0 ? 'none' : printable(scopes.join(' '))
  const locked = tools - callable
  const stepUp = locked === 0 ? '' : `; ${locked} step up`
  return `A client that signs in with the baseline scopes (${held}) sees ${counted(listed, 'tool')}, may call ${callable}${stepUp}.\n`
}
