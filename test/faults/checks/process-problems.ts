import { sumOf, type Series } from '../../helpers/prometheus-text.js'
import type { OurServer, Held } from '../processes/our-server.js'
import { eventually } from '../processes/eventually.js'

/** What growth is no leak: code that was compiled, and pools. */
const HEAP_MB = 16
/** Of both caches, for one token. docs/performance.md has what they take; this is twice as much. */
const KB_PER_TOKEN = 8
const HANDLES = 10
const DESCRIPTORS = 3
/** Connections to the API and to the authorization server are kept for some seconds, and for 30 where no answer came over them. */
const SETTLED_WITHIN_MS = 45_000
/** What is still held then is told, although it is no problem yet. */
const LATE_MS = 10_000

export interface Settled {
  readonly heapGrowthMb: number | undefined
  readonly problems: readonly string[]
  /** What a server held for longer than usual. */
  readonly late: readonly string[]
}

/** Waits until a server holds no more than it did, but for tokens in its caches; says what it still holds otherwise. */
export async function settle(server: OurServer, before: Held, tokens: number): Promise<Settled> {
  const begun = performance.now()
  const late = new Set<string>()
  let after = await server.held()
  const found = (): readonly string[] => growth(before, after, tokens)
  await eventually(async () => {
    after = await server.held()
    if (performance.now() - begun > LATE_MS) for (const each of found()) late.add(each)
    return found().length === 0
  }, SETTLED_WITHIN_MS).catch(() => undefined)
  return {
    heapGrowthMb: megabytes(after.heapBytes - before.heapBytes),
    problems: found(),
    late: [...late],
  }
}

function growth(before: Held, after: Held, tokens: number): readonly string[] {
  const heapMb = megabytes(after.heapBytes - before.heapBytes)
  const [had, has] = [before, after].map(({ handles }) => total(handles)) as [number, number]
  return [
    ...(heapMb > HEAP_MB + (tokens * KB_PER_TOKEN) / 1_000
      ? [`the heap grew by ${heapMb} MB`]
      : []),
    ...(has > had + HANDLES ? [`handles: ${had}, then ${JSON.stringify(after.handles)}`] : []),
    ...(after.descriptors > before.descriptors + DESCRIPTORS
      ? [`descriptors: ${before.descriptors}, then ${after.descriptors}`]
      : []),
  ]
}

/** Says how a server should not have ended, unless it was killed, and what it should not have written. */
export function endProblems(
  server: OurServer,
  securityCodes: readonly string[],
): readonly string[] {
  const { code, signal } = server.end ?? { code: null, signal: null }
  const inOrder = code === 0 || signal === 'SIGKILL'
  const ended = inOrder ? [] : [`it ended with ${code ?? signal ?? 'nothing'}`]
  return [...ended, ...outputProblems(server, securityCodes)]
}

/** Errors that nobody foresaw, refused checks, and tokens in what a server has written. */
function outputProblems(server: OurServer, securityCodes: readonly string[]): readonly string[] {
  const { lines, stderr } = server.process
  const unforeseen = server
    .log()
    .filter(({ code, security }) => code === 'internal_error' || security === true)
    .filter(({ code, event }) => !securityCodes.includes(String(code ?? event)))
    .map((line) => `logged: ${JSON.stringify(line).slice(0, 600)}`)
  const leaks = lines.filter((line) => /\beyJ[\w-]+\./.test(line)).map(() => 'a token in the log')
  return [
    ...(stderr === '' ? [] : [`on standard error: ${stderr.slice(0, 600)}`]),
    ...unforeseen.slice(0, 3),
    ...leaks.slice(0, 1),
  ]
}

/** Where the metrics count other tool calls than the audit. */
export function metricProblems(
  series: readonly Series[],
  outcomes: Readonly<Record<string, number>>,
): readonly string[] {
  const inMetrics = (labels: Readonly<Record<string, string>>): number =>
    sumOf(series, 'mcp_on_behalf_of_tool_calls_total', labels)
  const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  const counts = [
    ...Object.entries(outcomes).map(
      ([outcome, count]) => [outcome, count, inMetrics({ outcome })] as const,
    ),
    ['all', all, inMetrics({})] as const,
  ]
  return counts
    .filter(([, recorded, counted]) => recorded !== counted)
    .map(([which, recorded, counted]) => `${which}: ${recorded} records, ${counted} in the metrics`)
}

function total(handles: Readonly<Record<string, number>>): number {
  return Object.values(handles).reduce((sum, count) => sum + count, 0)
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 100_000) / 10
}
