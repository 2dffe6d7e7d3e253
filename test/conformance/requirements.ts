import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { toolPath } from '../helpers/toolbox.js'

export const SUITE = '@modelcontextprotocol/conformance'
export const REVISIONS = ['2025-11-25', '2026-07-28'] as const

const REQUIREMENTS = z.object({
  server: z.array(z.string()),
  client: z.array(z.string()),
  not_scored: z.array(z.object({ scenario: z.string(), leg: z.enum(['server', 'client']) })),
})

export interface Requirements {
  readonly required: readonly string[]
  readonly notScored: readonly string[]
  /** The scenarios on authorization that are required of a client. */
  readonly clientAuth: readonly string[]
}

/** Which scenarios a revision of the protocol requires of a server, and which run without counting. */
export function readRequirements(revision: string): Requirements {
  const path = join(toolPath(SUITE), 'requirements', `${revision}.yaml`)
  const {
    server,
    client,
    not_scored: others,
  } = REQUIREMENTS.parse(parse(readFileSync(path, 'utf8')))
  return {
    required: server,
    notScored: others.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario),
    clientAuth: client.filter((scenario) => scenario.startsWith('auth/')),
  }
}
