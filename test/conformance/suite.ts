import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram, type ProgramEnd } from '../helpers/run-program.js'
import { TOOLBOX_NODE } from '../clients/parts/toolbox.js'
import { readChecks, type Check } from './checks.js'
import { SUITE_DIRECTORY } from './requirements.js'

export interface SuiteOptions {
  readonly arguments: readonly string[]
  readonly signal: AbortSignal
  readonly onLine?: (line: string) => void
}

export interface SuiteEnd extends ProgramEnd {
  readonly checks: ReadonlyMap<string, readonly Check[]>
}

const TIMEOUT_MS = 240_000

/** Runs the conformance suite once and reads what it found; its files are removed afterwards. */
export async function runSuite(options: SuiteOptions): Promise<SuiteEnd> {
  const output = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
  try {
    const end = await runProgram(TOOLBOX_NODE, {
      ...options,
      arguments: [join(SUITE_DIRECTORY, 'dist/index.js'), ...options.arguments, '-o', output],
      timeoutMs: TIMEOUT_MS,
    })
    return { ...end, checks: readChecks(output) }
  } finally {
    await rm(output, { recursive: true, force: true })
  }
}
