import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
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
  setup(...argv: readonly string[]): Promise<{ readonly code: number; readonly io: RecordingIo }>
  remove(): void
}

/** A tenant and a bench for each test of a file. */
export function useBench(): { readonly standIn: ManagementStandIn; readonly bench: Bench } {
  const held: { standIn?: ManagementStandIn; bench?: Bench } = {}
  beforeEach(async () => {
    held.standIn = await startManagementApi()
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

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('only within a test')
  return value
}

function createBench(standIn: ManagementStandIn): Bench {
  const directory = mkdtempSync(join(tmpdir(), 'setup-'))
  return {
    directory,
    envPath: join(directory, '.env'),
    async setup(...argv) {
      const io = recordingIo({
        directory,
        fetch: standIn.fetch,
        environment: { AUTH0_MANAGEMENT_TOKEN: standIn.token },
      })
      const code = await run(['--domain', standIn.domain, '--api-identifier', API, ...argv], io)
      return { code, io }
    },
    remove: () => {
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
