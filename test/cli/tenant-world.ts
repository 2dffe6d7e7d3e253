import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { signIn } from '../../apps/development/sign-in.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import type { Tenant } from '../../apps/authorization-server/testing/management/tenant.js'
import {
  startTenantServer,
  type TenantServer,
} from '../../apps/authorization-server/testing/tenant-server.js'
import { run as runDoctor } from '../../cli/doctor/run.js'
import { run as runSetup } from '../../cli/setup/run.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import { silentLog } from '../../src/logging/logger.js'
import { composeServer } from '../../src/server/from-config.js'
import { serve } from '../../src/server/serve.js'
import { recordingIo } from '../helpers/command-io.js'
import { readReport, writeEnv, type Diagnosis } from './doctor-support.js'

export const API = 'https://api.example.com/'
const ALICE = 'alice@example.com'

/** A tenant that `setup` has made, the server of its `.env`, and the API: everything that the doctor looks at. */
export interface TenantWorld {
  readonly server: TenantServer
  /** The identifier of the MCP server. */
  readonly mcp: string
  /** The tenant as `setup` has left it. */
  restore(): void
  /** Runs the very same `setup` again, with more options where these are given. */
  setUp(...argv: readonly string[]): Promise<{ readonly code: number; readonly output: string }>
  /** Runs the doctor with access to the tenant. */
  diagnose(visit?: TenantVisit): Promise<Diagnosis & { readonly output: string }>
  close(): Promise<void>
}

export interface TenantVisit {
  readonly environment?: Environment | undefined
  /** Whether alice signs in, and the whole chain is tried as her. */
  readonly signsIn?: boolean | undefined
  readonly argv?: readonly string[] | undefined
  /** Default: one that the tenant takes. */
  readonly managementToken?: string | undefined
}

/** Sets up an empty tenant with a profile, for On-Behalf-Of with a confirmation page, and starts what belongs to it. */
export async function openTenantWorld(
  profile: 'on-behalf-of' | 'custom-token-exchange',
): Promise<TenantWorld> {
  const server = await startTenantServer()
  const [api, mcp] = [await listen(), await listen()]
  const origin = `http://localhost:${mcp.port}`
  const directory = mkdtempSync(join(tmpdir(), 'tenant-'))
  server.tenant.users.push({ user_id: 'auth0|alice', email: ALICE, roles: [] })
  const agent = new Agent({ ca: server.ca })
  api.attach(createDownstreamApi({ issuer: server.issuer, audience: API, agent }))
  const setUp = async (...argv: readonly string[]): Promise<{ code: number; output: string }> => {
    const io = recordingIo({
      ...{ directory, fetch: server.fetch },
      environment: { AUTH0_MANAGEMENT_TOKEN: server.token },
    })
    const code = await runSetup(
      [
        ...['--domain', server.domain, '--profile', profile, '--yes', '--server-url', origin],
        ...['--api-identifier', API, '--api-url', `http://localhost:${api.port}`],
        ...['--role', 'Tool user', '--assign', `${ALICE}=Tool user`],
        ...(profile === 'on-behalf-of' ? ['--confirmation-page', 'always'] : []),
        ...argv,
      ],
      io,
    )
    return { code, output: io.output() }
  }
  const first = await setUp()
  if (first.code !== 0) throw new Error(first.output)
  const settings = {
    ...parseEnv(readFileSync(join(directory, '.env'), 'utf8')),
    PORT: `${mcp.port}`,
  }
  const composed = await composeServer(parseConfig(settings), silentLog, { fetch: server.fetch })
  mcp.attach(composed.handler)
  const healthy = structuredClone(server.tenant)
  return {
    ...{ server, setUp, mcp: `${origin}/mcp` },
    restore: () => {
      Object.assign(server.tenant, structuredClone(healthy) satisfies Tenant)
    },
    diagnose: (visit = {}) => diagnose(server, settings, visit),
    async close() {
      rmSync(directory, { recursive: true, force: true })
      await Promise.all([mcp.close(), api.close(), server.close()])
      await composed.close()
      agent.destroy()
    },
  }
}

function listen(): ReturnType<typeof serve> {
  return serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
}

async function diagnose(
  server: TenantServer,
  settings: Environment,
  { environment, signsIn = false, argv = [], managementToken = server.token }: TenantVisit,
): Promise<Diagnosis & { readonly output: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    writeEnv(directory, { ...settings, ...environment })
    const io = recordingIo({
      ...{ directory, fetch: server.fetch },
      environment: { AUTH0_MANAGEMENT_TOKEN: managementToken },
      openBrowser: async (authorizationUrl: URL) => {
        const target = await signIn({ authorizationUrl, username: ALICE, fetch: server.fetch })
        await fetch(target)
      },
    })
    const code = await runDoctor([...(signsIn ? ['--sign-in'] : []), ...argv, '--json'], io)
    return { ...readReport(code, io.stdout()), output: io.output() }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
