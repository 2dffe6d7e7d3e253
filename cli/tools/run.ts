import type { OpenApiReport } from '../../src/openapi-tools/openapi-tools.js'
import { createDocumentFetch } from '../../src/server/connections.js'
import { toolsOfDocument, type DocumentTools } from '../../src/server/document-tools.js'
import { listedAtFirst } from '../../src/server/listed-tools.js'
import { baselineOf } from '../../src/server/tools-of-config.js'
import { offeredTools } from '../../src/tools/offered-tools.js'
import type { GuardedIo } from '../guarded-output.js'
import { processIo, type CommandIo } from '../io.js'
import { printable } from '../printable.js'
import { runCommand } from '../run-command.js'
import { UsageError } from '../usage-error.js'
import { explainText } from './explain-text.js'
import { parseToolsOptions, TOOLS_USAGE, type ToolsOptions } from './options.js'
import { overviewText } from './overview-text.js'
import { reportJson } from './report-json.js'
import { scopesText } from './scopes-text.js'
import { toolsSources, type ToolsSource, type ToolsSources } from './sources.js'
import { targetFindings, type TargetName } from './targets.js'

/**
 * `tools`: shows which tools come out of an OpenAPI document. Resolves with the exit code: 1 for a document that is faulty or
 * a target that refuses a tool, 2 for a command line that cannot be understood.
 */
export function run(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  return runCommand(io, {
    name: 'tools',
    usage: TOOLS_USAGE,
    parse: () => parseToolsOptions(argv),
    execute: show,
    failureText: (error) =>
      `tools failed: ${error instanceof Error ? printable(error.message) : 'unknown failure'}\n`,
  })
}

async function show(options: ToolsOptions, io: GuardedIo): Promise<number> {
  const found = toolsSources(options, io.directory)
  const { sources } = found
  if (sources.length > 1 && options.view.kind !== 'overview' && options.view.kind !== 'scopes') {
    const known = sources.map(({ api }) => api).join(', ')
    throw new UsageError(`There are several APIs: name one of ${known} by --api.`)
  }
  const outgoing = createDocumentFetch(found.outgoing)
  const fetch = io.fetch ?? outgoing.fetch
  try {
    const codes: number[] = []
    for (const source of sources) {
      if (sources.length > 1) io.write(`${codes.length === 0 ? '' : '\n'}${source.api}\n`)
      codes.push(await showOne(source, { options, found, io, fetch }))
    }
    return Math.max(...codes)
  } finally {
    await outgoing.close()
  }
}

interface Showing {
  readonly options: ToolsOptions
  readonly found: ToolsSources
  readonly io: GuardedIo
  readonly fetch: typeof globalThis.fetch
}

async function showOne(source: ToolsSource, showing: Showing): Promise<number> {
  const { options, found, io, fetch } = showing
  const made = await toolsOfDocument(source.api, source, { fetch, reservedNames: [] })
  io.write(viewText(made, showing))
  for (const { message, cure, line, pointer, source } of made.faults) {
    const place = line === undefined ? pointer : `${source ?? made.document}:${line}`
    io.writeError(`warning: ${printable(message)}. ${printable(cure)}. (${printable(place)})\n`)
  }
  tellBeyond(made, found.ceiling, io)
  const refused = options.target === undefined ? 0 : tellTarget(made.report, options.target, io)
  const faulty = made.excluded.some(({ kind }) => kind === 'fault')
  return refused > 0 || faulty ? 1 : 0
}

function viewText(made: DocumentTools, { options: { view }, found }: Showing): string {
  const { report } = made
  switch (view.kind) {
    case 'json':
      return reportJson(report)
    case 'explain':
      return explainText(report, view.tool, found.endpoint)
    case 'scopes':
      return scopesText(report)
    case 'overview': {
      const { tools } = offeredTools(made.tools, found.ceiling)
      const baseline = found.baselineScopes ?? baselineOf(tools, [made])
      return overviewText(report, listedAtFirst(tools, baseline, found.access))
    }
  }
}

/** Tools that the server would not offer. */
function tellBeyond(
  { tools }: DocumentTools,
  ceiling: readonly string[] | undefined,
  io: GuardedIo,
): void {
  const { withheld } = offeredTools(tools, ceiling)
  if (withheld.length === 0) return
  const names = withheld.slice(0, 5).map(({ name }) => name)
  const more = withheld.length > names.length ? ` and ${withheld.length - names.length} more` : ''
  io.writeError(
    `warning: MCP_AUTH0_EXCHANGE_SCOPE lacks scopes that ${names.join(', ')}${more} need at the API: the server does not offer them.\n`,
  )
}

/** How many findings mean that something is refused. */
function tellTarget({ tools, document }: OpenApiReport, target: TargetName, io: GuardedIo): number {
  // The target does not see those that are not listed.
  const findings = targetFindings(document.expose === 'search' ? [] : tools, target)
  for (const { tool, place, effect, problem } of findings) {
    const where = [tool, place].filter((part) => part !== '').join(' ')
    io.writeError(
      `${target}: ${effect}: ${where === '' ? '' : `${printable(where)}: `}${printable(problem)}\n`,
    )
  }
  return findings.filter(({ effect }) => effect === 'refused').length
}
