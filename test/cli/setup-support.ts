import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../cli/setup/run.js'
import { recordingIo, type RecordingIo } from '../helpers/command-io.js'
import type { ManagementStandIn } from '../helpers/management-api.js'

export const API = 'https://api.example.com/'
export const MCP = 'http://localhost:3001/mcp'

/** One tenant, one working directory, and a way to run `setup` there. */
export interface Bench {
  readonly directory: string
  readonly envPath: string
  setup(...argv: readonly string[]): Promise<{ readonly code: number; readonly io: RecordingIo }>
  remove(): void
}

export function createBench(standIn: ManagementStandIn): Bench {
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
