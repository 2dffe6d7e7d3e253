import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { RequestListener } from 'node:http'
import {
  createTestAuthorizationServer,
  type TestAuthorizationServer,
} from '../../apps/authorization-server/testing/test-server.js'
import {
  loadDirectory,
  withIdentifiers,
  type Directory,
} from '../../apps/authorization-server/directory.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { createDownstreamApi } from '../../apps/downstream-api/downstream-api.js'
import { run } from '../../cli/doctor/run.js'
import { composeServer } from '../../src/server/from-config.js'
import { parseConfig, type Environment } from '../../src/config/config.js'
import { silentLog } from '../../src/logging/logger.js'
import { serve } from '../../src/server/serve.js'
import { recordingIo } from '../helpers/command-io.js'

export interface Urls {
  readonly issuer: string
  readonly api: string
  readonly mcp: string
}

export interface Ailment {
  /** What the deployment's `.env` says differently; the doctor reads the same. */
  readonly environment?: (urls: Urls) => Environment
  /** What the tenant has differently. */
  readonly directory?: (directory: Directory) => Directory
  /** What the running server has differently from the `.env`. */
  readonly running?: (urls: Urls) => Environment
  /** Answers in place of the protected API. */
  readonly api?: RequestListener
  readonly down?: readonly ('api' | 'mcp' | 'issuer')[]
}

export interface Finding {
  readonly check: string
  readonly verdict: 'ok' | 'warning' | 'wrong' | 'not_checkable'
  readonly message: string
  readonly hint?: string
  readonly waitsFor?: string
  readonly issuer?: string
}

export interface Diagnosis {
  readonly code: number
  /** Whether everything was checked; else what was not. */
  readonly complete: boolean
  readonly notChecked: readonly string[]
  readonly findings: readonly Finding[]
  readonly hops: readonly Readonly<Record<string, unknown>>[]
  /** The scopes that tools need and where they were found, where there is a document. */
  readonly scopes: readonly Readonly<Record<string, unknown>>[]
  /** The checks that found something wrong. */
  readonly wrong: () => readonly string[]
  readonly named: (check: string) => Finding | undefined
}

/** A deployment on this machine, healthy but for its ailment. */
export interface Deployed {
  readonly urls: Urls
  readonly authorizationServer: TestAuthorizationServer
  readonly directory: string
  tokenOf(username: string, resource?: string, scope?: string): Promise<string>
  /** Runs the doctor as a machine does, with a user's token where one is given. */
  diagnose(token?: string, ...argv: readonly string[]): Promise<Diagnosis>
  /** The same as a person reads it. */
  read(token?: string, ...argv: readonly string[]): Promise<{ code: number; output: string }>
  close(): Promise<void>
}

/** Deploys for the tests of a file, and takes down what they have deployed after each of them. */
export function useDeployments(): (ailment?: Ailment) => Promise<Deployed> {
  const deployed: Deployed[] = []
  afterEach(async () => {
    await Promise.all(deployed.splice(0).map((one) => one.close()))
  })
  return async (ailment) => {
    const one = await deploy(ailment)
    deployed.push(one)
    return one
  }
}

async function deploy(ailment: Ailment = {}): Promise<Deployed> {
  const listen = () => serve({ host: '127.0.0.1', port: 0, drainMs: 100 })
  const [tenant, api, mcp] = [await listen(), await listen(), await listen()]
  const urls = {
    issuer: `http://localhost:${tenant.port}/`,
    api: `http://localhost:${api.port}/`,
    mcp: `http://localhost:${mcp.port}/mcp`,
  }
  const regular = withIdentifiers(loadDirectory(), urls)
  const authorizationServer = await createTestAuthorizationServer({
    issuer: urls.issuer,
    directory: ailment.directory?.(regular) ?? regular,
  })
  tenant.attach(authorizationServer.handler)
  api.attach(ailment.api ?? createDownstreamApi({ issuer: urls.issuer, audience: urls.api }))
  const healthy = healthySettings(urls, mcp.port)
  const composed = await composeServer(
    parseConfig({ ...healthy, ...ailment.running?.(urls) }),
    silentLog,
  )
  mcp.attach(composed.handler)
  const servers = { api, mcp, issuer: tenant }
  await Promise.all((ailment.down ?? []).map((name) => servers[name].close()))
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  writeEnv(directory, { ...healthy, ...ailment.environment?.(urls) })
  return {
    ...{ urls, authorizationServer, directory },
    tokenOf: (username, resource = urls.mcp, scope = 'tool:whoami tool:greet') =>
      obtainToken({ issuer: urls.issuer, username, resource, scope }),
    diagnose: (token, ...argv) => diagnose(directory, token, argv),
    read: (token, ...argv) => runDoctor(directory, token, argv),
    async close() {
      rmSync(directory, { recursive: true, force: true })
      await Promise.all([mcp.close(), api.close(), tenant.close()])
      await composed.close()
    },
  }
}

function healthySettings(urls: Urls, port: number): Environment {
  return {
    ISSUER_BASE_URL: urls.issuer,
    PORT: `${port}`,
    AUTH0_AUDIENCE: urls.mcp,
    MCP_AUTH0_CLIENT_ID: 'mcp-server',
    MCP_AUTH0_CLIENT_SECRET: 'development-only-secret-of-the-mcp-server',
    API_AUTH0_AUDIENCE: urls.api,
    API_BASE_URL: urls.api,
  }
}

export function writeEnv(directory: string, settings: Environment): void {
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value ?? ''}`)
  writeFileSync(join(directory, '.env'), lines.join('\n'))
}

/** Runs the doctor in a directory, as a machine does. */
export async function diagnose(
  directory: string,
  token: string | undefined,
  argv: readonly string[],
): Promise<Diagnosis> {
  const { code, output } = await runDoctor(directory, token, [...argv, '--json'])
  return readReport(code, output)
}

/** Reads what `--json` has written. */
export function readReport(code: number, output: string): Diagnosis {
  const report = JSON.parse(output) as Pick<
    Diagnosis,
    'findings' | 'hops' | 'scopes' | 'complete' | 'notChecked'
  > & { ok: boolean }
  if (report.ok !== (code === 0)) throw new Error('report and exit code disagree')
  const { findings, hops, scopes, complete, notChecked } = report
  return {
    ...{ code, findings, hops, scopes, complete, notChecked },
    wrong: () => findings.filter(({ verdict }) => verdict === 'wrong').map(({ check }) => check),
    named: (check) => findings.find((finding) => finding.check === check),
  }
}

async function runDoctor(
  directory: string,
  token: string | undefined,
  argv: readonly string[],
): Promise<{ code: number; output: string }> {
  const io = recordingIo({ directory, stdin: token ?? '' })
  const code = await run([...(token === undefined ? [] : ['--token-stdin']), ...argv], io)
  return { code, output: io.output() }
}
