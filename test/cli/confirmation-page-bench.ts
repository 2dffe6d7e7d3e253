import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { expect } from 'vitest'
import type { Entry } from '../../apps/authorization-server/testing/management/tenant.js'
import { useBench } from './setup-support.js'

export const PAGE = ['--confirmation-page', 'always']
export const CALLBACK = 'http://localhost:3001/confirm/callback'
export const NAME = 'MCP Server (confirmation page)'

/** A bench for set-ups with a confirmation page. */
export function usePageBench() {
  const used = useBench()
  return {
    used,
    /** Runs `setup --yes`, which has to succeed; resolves with its output. */
    succeeds: async (...argv: readonly string[]): Promise<string> => {
      const { code, io } = await used.bench.setup('--yes', ...argv)
      if (code !== 0) throw new Error(io.output())
      return io.output()
    },
    /** Runs `setup --yes`, which has to fail before it writes anything; resolves with its output. */
    fails: async (...argv: readonly string[]): Promise<string> => {
      used.standIn.requests.length = 0
      const { code, io } = await used.bench.setup('--yes', ...argv)
      expect(code).not.toBe(0)
      expect(used.standIn.writes()).toEqual([])
      return io.output()
    },
    /** The one client of that name. */
    pageClient: (): Entry => {
      const found = used.standIn.tenant.clients.filter(({ name }) => name === NAME)
      expect(found).toHaveLength(1)
      return found[0] ?? {}
    },
    settings: () => parseEnv(readFileSync(used.bench.envPath, 'utf8')),
  }
}
