import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { installedVersion, TOOLBOX } from '../clients/parts/toolbox.js'

const SUITE = '@modelcontextprotocol/conformance'

/** Where the suite is. */
export const SUITE_DIRECTORY = join(TOOLBOX, SUITE)

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const

export function suiteVersion(): string {
  return installedVersion(SUITE, TOOLBOX)
}

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
  const path = join(SUITE_DIRECTORY, 'requirements', `${revision}.yaml`)
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
