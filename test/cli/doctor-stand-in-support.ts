import { mkdtempSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startEntraStandIn } from '../../apps/identity-providers/entra/entra-stand-in.js'
import { startOktaStandIn } from '../../apps/identity-providers/okta/okta-stand-in.js'
import { run } from '../../cli/doctor/run.js'
import type { Environment } from '../../src/config/config.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { recordingIo } from '../helpers/command-io.js'
import { claimsOf } from '../helpers/exchange-answers.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { readReport, writeEnv, type Diagnosis } from './doctor-support.js'
import { MCP_PATH, mcpServer } from './doctor-world.js'

export interface Deployed {
  readonly mcp: string
  readonly api: string
}

/** An MCP server as clients see it, and an API that lets in tokens with that audience. */
export async function deploy(audience: string, issuerOf: () => string): Promise<Deployed> {
  const answer: RequestListener = (req, res) => {
    const [, token = ''] = (req.headers.authorization ?? '').split(' ')
    const { aud, client_id: invented } = claimsOf(token)
    const isFor = [aud].flat().includes(audience) && invented !== 'doctor'
    res.writeHead(!isFor ? 401 : req.url === '/api/private-scope' ? 200 : 404).end('{}')
  }
  const facts = { mcp: '' }
  const api = await startHttpServer(answer)
  const mcp = await startHttpServer(mcpServer(() => ({ issuer: issuerOf(), mcp: facts.mcp })))
  facts.mcp = `${mcp.origin}${MCP_PATH}`
  return { mcp: facts.mcp, api: api.origin }
}

/** Runs the doctor with these settings, and a user's token. */
export async function diagnose(
  settings: Environment,
  { mcp, api }: Deployed,
  token: string,
  fetch?: Fetch,
): Promise<Diagnosis> {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'))
  try {
    const server = { MCP_SERVER_URL: new URL(mcp).origin, AUTH0_AUDIENCE: mcp, API_BASE_URL: api }
    writeEnv(directory, { ...server, ...settings })
    const io = recordingIo({ directory, stdin: token, ...(fetch === undefined ? {} : { fetch }) })
    const code = await run(['--token-stdin', '--call-api', '--json'], io)
    return readReport(code, io.output())
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A deployment at the stand-in of Entra that is right. */
export async function deployAtEntra(
  options: { readonly apiTokenVersion?: 1 | 2; readonly certificate?: string } = {},
) {
  const held = { issuer: '' }
  const appId = '22222222-aaaa-4aaa-8aaa-000000000002'
  const audience = options.apiTokenVersion === 1 ? `api://${appId}` : appId
  const deployed = await deploy(audience, () => held.issuer)
  const standIn = await startEntraStandIn({ port: 0, mcpServerUri: deployed.mcp, ...options })
  onTestFinished(() => standIn.close())
  held.issuer = standIn.issuer
  const settings: Environment = {
    IDENTITY_PROVIDER: 'entra',
    ISSUER_BASE_URL: standIn.issuer,
    MCP_AUTH0_CLIENT_ID: standIn.apps.mcpServer,
    MCP_AUTH0_CLIENT_SECRET: standIn.clientSecret,
    API_AUTH0_AUDIENCE: standIn.appIdUris.api,
  }
  return { standIn, deployed, settings }
}

/** A deployment at the stand-in of Okta, with two authorization servers, that is right but for the options. */
export async function deployAtOkta(options: { readonly isTrusted?: boolean } = {}) {
  const held = { issuer: '' }
  const deployed = await deploy('api://travel', () => held.issuer)
  const standIn = await startOktaStandIn({
    ...{ port: 0, mcpAudience: deployed.mcp, refusesRequestedTokenType: true },
    ...options,
  })
  onTestFinished(() => standIn.close())
  held.issuer = standIn.issuer
  const settings: Environment = {
    IDENTITY_PROVIDER: 'okta',
    ISSUER_BASE_URL: standIn.issuer,
    EXCHANGE_ISSUER: standIn.apiIssuer,
    MCP_AUTH0_CLIENT_ID: standIn.clientIds.mcpServer,
    MCP_AUTH0_CLIENT_SECRET: standIn.clientSecret,
    API_AUTH0_AUDIENCE: standIn.audiences.api,
  }
  return { standIn, deployed, settings }
}
