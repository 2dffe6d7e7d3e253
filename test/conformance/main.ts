import { parseArgs } from 'node:util'
import { ensureInstalled } from '../../scripts/ensure-installed.js'
import { runAuthorizationScenarios } from './authorization-scenarios.js'
import { proofsAfter, proofsBefore } from './proofs.js'
import { report, type ConformanceRun } from './report.js'
import { REVISIONS, suiteVersion } from './requirements.js'
import { isCommitted, toResults, writeResults } from './results.js'
import { runServerScenarios, type RevisionRun } from './server-scenarios.js'
import { startConformanceStack, type ConformanceStack } from './stack.js'

const LIMIT_MS = 900_000

/**
 * `npm run test:conformance`: runs the official conformance suite against the fixture server behind the whole stack.
 *
 * With `--write`, keeps what was measured in `results.json`; without, fails where that file says otherwise. Exit code
 * 0 only if everything passed that is not in the baseline.
 */
async function main(signal: AbortSignal): Promise<boolean> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } })
  ensureInstalled('test/toolbox')
  const stack = await startConformanceStack()
  try {
    return await conclude(await measure(stack, signal), values.write)
  } finally {
    await stack.close()
  }
}

async function measure(stack: ConformanceStack, signal: AbortSignal): Promise<ConformanceRun> {
  const before = await proofsBefore(stack)
  const revisions: RevisionRun[] = []
  for (const revision of REVISIONS) {
    revisions.push(await runServerScenarios(revision, stack.proxied, signal))
  }
  return {
    suite: suiteVersion(),
    revisions,
    authorization: await runAuthorizationScenarios(stack.issuer, stack.endpoint, signal),
    proofs: [...before, ...proofsAfter(stack)],
  }
}

async function conclude(run: ConformanceRun, write: boolean): Promise<boolean> {
  const results = toResults(run.suite, run.revisions, run.authorization)
  const { text, passed, failed } = report(run)
  process.stdout.write(`${text}\n`)
  if (write) await writeResults(results)
  const stale = !isCommitted(results)
  if (stale) {
    process.stdout.write(
      'FAILED: test/conformance/results.json says otherwise. If this run is right: npm run test:conformance -- --write, then npm run docs\n',
    )
  }
  process.stdout.write(`${passed} passed, ${failed + (stale ? 1 : 0)} failed\n`)
  return failed === 0 && !stale
}

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    interrupted.abort(new Error(name))
  })
}
main(AbortSignal.any([interrupted.signal, AbortSignal.timeout(LIMIT_MS)])).then(
  (good) => {
    process.exitCode = good ? 0 : 1
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : 'failed'}\n`)
    process.exitCode = 1
  },
)
