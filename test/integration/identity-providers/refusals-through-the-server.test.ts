import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { obtainToken } from '../../../apps/development/obtain-token.js'
import { signInPlaceOf } from '../../../apps/development/sign-in-place.js'
import { startStandIn, type RunningStandInStack } from '../../../apps/development/start-stand-in.js'
import type { StandInName } from '../../../apps/development/stand-in-wiring.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { requestCode, postForm } from '../../helpers/stand-in-flow.js'
import { RecordingLog } from '../../helpers/recording-log.js'

/** Who calls, and which failure the call ends in. The last of each holds back the exchanges of everybody. */
const OUTCOMES: readonly (readonly [StandInName, readonly (readonly [string, string])[]])[] = [
  [
    'entra',
    [
      ['mfa-documented', 'mfa_required'],
      ['mfa-observed', 'mfa_required'],
      ['consent-documented', 'consent_required'],
      ['consent-observed', 'consent_required'],
      ['blocked', 'access_denied'],
      ['unassigned', 'access_denied'],
      ['app-missing', 'exchange_misconfigured'],
      ['wrong-secret', 'exchange_misconfigured'],
      ['throttled', 'exchange_unavailable'],
    ],
  ],
  [
    'keycloak',
    [
      ['consent-missing', 'consent_required'],
      ['client-disabled', 'exchange_misconfigured'],
      ['unavailable', 'exchange_unavailable'],
    ],
  ],
  [
    'okta',
    [
      ['consent-required', 'consent_required'],
      ['no-matching-policy', 'exchange_misconfigured'],
      ['no-scope-allowed', 'exchange_misconfigured'],
      ['act-claim-depth', 'exchange_misconfigured'],
      ['rate-limited', 'exchange_unavailable'],
    ],
  ],
]

async function tokenOf(
  { standIn, mcpServer }: RunningStandInStack,
  username: string,
): Promise<string> {
  const resource = mcpServer.endpoint.href
  const { scopes = [], ...place } = await signInPlaceOf(`${standIn.origin}/`, resource)
  return obtainToken({ ...place, username, resource, scope: scopes.join(' ') })
}

const greet = callTool('greet', { name: 'Alice' })

describe.each(OUTCOMES)('the MCP server behind the stand-in for %s', (provider, rows) => {
  let running: RunningStandInStack
  const log = new RecordingLog()

  beforeAll(async () => {
    const ports = { authorizationServer: 0, api: 0, mcp: 0 }
    running = await startStandIn({ provider, ports, log })
  })
  afterAll(() => running.close())

  test.each(rows)('a call of the user %s ends in %s', async (username, code) => {
    const before = log.lines.length
    const token = await tokenOf(running, username)
    await postMcp(running.mcpServer.endpoint, greet, { token })
    const codes = log.lines.slice(before).map(({ fields }) => fields['code'])
    expect(codes).toContain(code)
  })
})

test('the claims of the challenge, sent with the next sign-in, let the call through', async () => {
  const running = await startStandIn({
    provider: 'entra',
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
  })
  onTestFinished(() => running.close())
  const { endpoint } = running.mcpServer
  const { issuer, clientId } = running.standIn
  const token = await tokenOf(running, 'mfa-observed')
  const refused = await postMcp(endpoint, greet, { token })
  const challenge = String(refused.headers['www-authenticate'])
  const [, encoded = ''] = /error="insufficient_claims".* claims="([^"]+)"/.exec(challenge) ?? []
  const claims = Buffer.from(encoded, 'base64').toString()
  const base = issuer.replace(/\/v2\.0$/, '/oauth2/v2.0')
  const { redemption } = await requestCode({
    authorizationEndpoint: `${base}/authorize`,
    ...{ clientId, username: 'mfa-observed', scope: `${endpoint.href}/tool:greet` },
    further: { claims, resource: endpoint.href },
  })
  const { body } = await postForm(`${base}/token`, redemption)
  const passed = await postMcp(endpoint, greet, { token: String(body['access_token']) })
  expect(refused.status).toBe(401)
  expect(passed.text).toContain('Hello from the protected API')
})
