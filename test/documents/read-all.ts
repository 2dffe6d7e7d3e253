import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { DocumentResult } from './read-one.js'

export interface ReadAllOptions {
  /** Where the files begin. */
  readonly root: string
  readonly files: readonly string[]
  /** Told each result as it comes. */
  readonly onResult: (result: DocumentResult) => void
  /** Processes at a time. Default 2. */
  readonly readers?: number | undefined
  /** For one document, checks included; then the process is ended. Default 180 s. */
  readonly timeoutMs?: number | undefined
}

const READER = join(import.meta.dirname, 'reader.ts')

/** Reads all documents in processes of their own. A document that ends its process counts as a crash. */
export async function readAll({
  root,
  files,
  onResult,
  readers = 2,
  timeoutMs = 180_000,
}: ReadAllOptions): Promise<void> {
  const waiting = [...files]
  await Promise.all(
    Array.from({ length: readers }, async () => {
      let child = start()
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        const result = await readIn(child, { root, file, timeoutMs })
        onResult(result)
        if (child.exitCode !== null || child.signalCode !== null || !child.connected) {
          child = start()
        }
      }
      child.kill()
    }),
  )
}

function start(): ChildProcess {
  return fork(READER, { execArgv: ['--import', 'tsx'], stdio: 'ignore' })
}

async function readIn(
  child: ChildProcess,
  { root, file, timeoutMs }: { root: string; file: string; timeoutMs: number },
): Promise<DocumentResult> {
  const over = new AbortController()
  const deadline = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const started = performance.now()
  try {
    child.send({ path: join(root, file), file })
    const [answer] = (await Promise.race([
      once(child, 'message', { signal: over.signal }),
      once(child, 'exit', { signal: over.signal }),
    ])) as [DocumentResult | number | null]
    if (typeof answer === 'object' && answer !== null) return answer
    const cpuMs = Math.round(performance.now() - started)
    return { ...LOST, file, outcome: cpuMs >= timeoutMs ? 'hang' : 'crash', cpuMs }
  } finally {
    clearTimeout(deadline)
    over.abort()
  }
}

const LOST = {
  ...{ operations: 0, tools: 0, excluded: {}, scopeSets: 0, scoped: 0, alternatives: 0 },
  ...{ tokens: 0, why: ['the process ended'], faults: [] },
}
