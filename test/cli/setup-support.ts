import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Fetch } from '../../src/http/fetch-json.js'
import { run } from '../../cli/setup/run.js'
import { recordingIo, type RecordingIo } from '../helpers/command-io.js'
import {
  startManagementApi,
  type ManagementStandIn,
} from '../../apps/authorization-server/testing/management/management-api.js'

export const API = 'https://api.example.com/'
export const MCP = 'http://localhost:3001/mcp'

/** One tenant, one working directory, and a way to run `setup` there. */
export interface Bench {
  readonly directory: string
  readonly envPath: string
  setup(...argv: readonly string[]): Promise<Ran>
  /** The same by a process that ends right after its write number `n`, before it hears of its success. */
  setupKilledAfter(n: number, ...argv: readonly string[]): Promise<Ran>
  remove(): void
}

export interface Ran {
  readonly code: number
  readonly io: RecordingIo
}

/** A tenant and a bench for each test of a file. */
export function useBench(): { readonly standIn: ManagementStandIn; readonly bench: Bench } {
  const held: { standIn?: ManagementStandIn; bench?: Bench } = {}
  beforeEach(async () => {
    held.standIn = await startManagementApi({ now: unhurried() })
    held.bench = createBench(held.standIn)
  })
  afterEach(async () => {
    held.bench?.remove()
    await held.standIn?.close()
  })
  return {
    get standIn() {
      return defined(held.standIn)
    },
    get bench() {
      return defined(held.bench)
    },
  }
}

/** A clock that is a minute later at each look, so that no rate limit depends on the speed of the machine. */
function unhurried(): () => number {
  let nowMs = Date.now()
  return () => (nowMs += 60_000)
}

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('only within a test')
  return value
}

function createBench(standIn: ManagementStandIn): Bench {
  const directory = mkdtempSync(join(tmpdir(), 'setup-'))
  const runWith = async (fetch: Fetch, argv: readonly string[]): Promise<Ran> => {
    const environment = { AUTH0_MANAGEMENT_TOKEN: standIn.token }
    const io = recordingIo({ directory, fetch, environment })
    const code = await run(['--domain', standIn.domain, '--api-identifier', API, ...argv], io)
    return { code, io }
  }
  return {
    directory,
    envPath: join(directory, '.env'),
    setup: (...argv) => runWith(standIn.fetch, argv),
    setupKilledAfter: (n, ...argv) => runWith(endingAfter(n, standIn.fetch), argv),
    remove: () => {
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Makes the first `n` writes, the last of them without an answer, and nothing after that. */
function endingAfter(n: number, fetch: Fetch): Fetch {
  let writes = 0
  return async (input, init) => {
    if (writes === n) throw new Error('the process has ended')
    const answer = await fetch(input, init)
    if ((init?.method ?? 'GET') !== 'GET') writes += 1
    if (writes === n) throw new Error('the process has ended')
    return answer
  }
}
