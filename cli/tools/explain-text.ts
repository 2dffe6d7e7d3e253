import { metadataUrl } from '../../src/http/protected-resource-metadata.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { failureResponse } from '../../src/failures/failure-response.js'
import type { OpenApiReport, ReportedTool } from '../../src/openapi-tools/openapi-tools.js'
import { printable } from '../printable.js'
import { UsageError } from '../usage-error.js'
import { nearestName } from '../../src/options/nearest-name.js'
import { hintOf, scopesCell } from './overview-text.js'
import { textTable } from './text-table.js'

/** Everything about one tool. Throws a `UsageError` for a name that no tool has. */
export function explainText(report: OpenApiReport, name: string, endpoint: URL): string {
  const tool = report.tools.find((one) => one.name === name)
  if (tool === undefined) throw unknownTool(report, name)
  const { operation, inputSchema, notes } = tool
  const place =
    operation.line === undefined ? operation.pointer : `${report.document.name}:${operation.line}`
  return [
    `${tool.name}: ${printable(`${operation.method} ${operation.path}`)}  (${printable(place)}), ${hintOf(tool.annotations)}\n`,
    `${printable(tool.title)}\n`,
    '\narguments\n',
    argumentsText(tool),
    '\nscopes\n',
    alternativesText(tool),
    challengeText(tool, endpoint),
    notes.length === 0 ? '' : `\nnotes\n${textTable(notes.map((note) => [note]))}`,
    '\ninput schema\n',
    `${JSON.stringify(inputSchema, undefined, 2)}\n`,
  ].join('')
}

function unknownTool({ tools, excluded }: OpenApiReport, name: string): UsageError {
  const left = excluded.find(({ operationId }) => operationId === name)
  if (left !== undefined) {
    return new UsageError(
      `--explain: the operation ${printable(name)} is no tool: ${printable(left.reason)}.`,
    )
  }
  const byId = tools.find(({ operation }) => operation.id === name)
  const near =
    byId?.name ??
    nearestName(
      name,
      tools.map((tool) => tool.name),
    )
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  return new UsageError(`--explain: there is no tool of that name.${hint}`)
}

function argumentsText({ arguments: given, bodyType }: ReportedTool): string {
  if (given.length === 0) return '  none\n'
  return textTable(
    given.map((one) => [
      one.name,
      one.in === 'body'
        ? `body${bodyType === undefined ? '' : ` (${bodyType})`}`
        : `${one.in}, as ${one.wire}`,
      one.fixed ? 'fixed: sent, not shown' : one.required ? 'required' : 'optional',
    ]),
  )
}

function alternativesText({ alternatives }: ReportedTool): string {
  const rows = alternatives.map(({ server, api }, index) => [
    `${index + 1}.`,
    scopesCell(server),
    scopesCell(api),
    index === 0 ? 'asked for first' : '',
  ])
  const why =
    alternatives.length === 1
      ? 'The only way: a client needs the server scopes, and the token endpoint is asked for the API scopes.'
      : 'The first that a caller covers is taken. One that covers none is sent to ask for the first. They are in this order: least operations of the document unlocked, fewest scopes, order in the document.'
  return `${textTable([['', 'server scopes', 'API scopes', ''], ...rows])}  ${why}\n`
}

/** What a client gets whose token has none of the scopes. */
function challengeText({ chosen, alternatives }: ReportedTool, endpoint: URL): string {
  if (alternatives.some(({ server }) => server.length === 0)) {
    return '  Every client that is signed in may call it.\n'
  }
  const { server: scopes } = chosen
  const error = new OnBehalfOfError('insufficient_scope', {
    reason: 'tool_scope_missing',
    description: `This tool needs the scope ${scopes.join(' ')}.`,
    scopes,
  })
  const { status, headers } = failureResponse(error, '', {
    resourceMetadataUrl: metadataUrl(endpoint),
  })
  return `\na client without them gets\n  HTTP ${status}\n  WWW-Authenticate: ${headers['WWW-Authenticate'] ?? ''}\n`
}
