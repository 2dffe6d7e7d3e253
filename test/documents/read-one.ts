import { readFileSync } from 'node:fs'
import { OpenApiDocumentError, toolsFromOpenApi } from '../../src/openapi.js'
import { faultsOf } from './verdict.js'

/** What became of one document. */
export interface DocumentResult {
  readonly file: string
  readonly outcome: 'tools' | 'refused' | 'crash' | 'hang'
  /** Of reading and converting, without the checks. */
  readonly cpuMs: number
  readonly operations: number
  readonly tools: number
  /** How many operations are left out, by reason. */
  readonly excluded: Readonly<Record<string, number>>
  readonly scopeSets: number
  /** Tools that need scopes, and tools with a choice. */
  readonly scoped: number
  readonly alternatives: number
  readonly tokens: number
  /** Codes of faults of a document that is refused, or the message of a crash. */
  readonly why: readonly string[]
  /** Of the tools, as clients see them; empty is good. */
  readonly faults: readonly string[]
}

const NOTHING = {
  ...{ operations: 0, tools: 0, excluded: {}, scopeSets: 0, scoped: 0, alternatives: 0 },
  ...{ tokens: 0, why: [], faults: [] },
}

/** Reads a document and makes its tools, as `tools --json` does, and judges them. Never throws. */
export function readOne(path: string, file: string): DocumentResult {
  const bytes = readFileSync(path)
  const start = process.cpuUsage()
  const cpuMs = (): number => {
    const { user, system } = process.cpuUsage(start)
    return Math.round((user + system) / 1_000)
  }
  try {
    const { report } = toolsFromOpenApi(bytes, OPTIONS)
    JSON.stringify(report)
    const needed = cpuMs()
    const { document, tools, excluded } = report
    return {
      ...{ file, outcome: 'tools', cpuMs: needed },
      ...{ operations: document.operations, tools: document.tools },
      excluded: counted(excluded.map(({ code }) => code)),
      scopeSets: document.scopeSets,
      scoped: tools.filter(({ chosen }) => chosen.api.length > 0).length,
      alternatives: tools.filter((tool) => tool.alternatives.length > 1).length,
      tokens: document.approximateTokens,
      why: [],
      faults: [...faultsOf(tools), ...countFaults(bytes, report)],
    }
  } catch (error) {
    const isRefusal = error instanceof OpenApiDocumentError
    const why = isRefusal
      ? [...new Set(error.faults.filter(isFault).map(({ code }) => code))]
      : [error instanceof Error ? `${error.name}: ${error.message}` : 'unknown']
    return { ...NOTHING, file, outcome: isRefusal ? 'refused' : 'crash', cpuMs: cpuMs(), why }
  }
}

/** All operations, as many as a server can be told to have; what a document does not say about scopes is no fault here. */
const OPTIONS = {
  api: 'api',
  maxTools: 5_000,
  operations: '*',
  scopesMissing: 'none',
} as const

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** Counts the operations a second time, in the document itself: none may disappear. */
function countFaults(
  bytes: Buffer,
  { document, tools, excluded }: ReturnType<typeof toolsFromOpenApi>['report'],
): readonly string[] {
  const whole = JSON.parse(bytes.toString('utf8')) as { paths?: Record<string, PathItem> }
  const operations = Object.values(whole.paths ?? {})
    .map((item) => (item.$ref === undefined ? item : placeAt(whole, item.$ref)))
    .flatMap((item) => METHODS.filter((method) => Object.hasOwn(item, method))).length
  const wordless = excluded.filter(({ reason, cure }) => reason === '' || cure === '')
  return [
    ...(document.operations === operations ? [] : [`${operations} operations in the document`]),
    ...(tools.length + excluded.length === operations ? [] : ['operations disappear']),
    ...(wordless.length === 0 ? [] : ['excluded without a reason or a cure']),
  ]
}

interface PathItem {
  readonly $ref?: string
}

/** What a local reference leads to. */
function placeAt(whole: object, reference: string): object {
  const names = reference
    .split('/')
    .slice(1)
    .map((name) => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
  let place: unknown = whole
  for (const name of names) place = (place as Record<string, unknown>)[name]
  return place as object
}

function isFault({ severity }: { readonly severity: string }): boolean {
  return severity === 'fault'
}

function counted(texts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1
  return counts
}
