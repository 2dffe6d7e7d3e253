import { beforeEach, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'
import { json, TestIssuer } from '../helpers/test-issuer.js'

/** Its name for browsers, under which this machine does not reach it. */
const OUTSIDE = 'http://localhost:9/realms/one'
const METADATA = '.well-known/openid-configuration'

let inside: TestIssuer
let second: TestIssuer

beforeEach(async () => {
  ;[inside, second] = [await TestIssuer.start(), await TestIssuer.start()]
  namedAs(OUTSIDE)
})

function namedAs(issuer: string): void {
  inside.metadataResponder = (_req, res) => {
    const [jwks_uri, token_endpoint] = [`${inside.issuer}jwks`, `${inside.issuer}token`]
    json(res, 200, { issuer, jwks_uri, token_endpoint })
  }
}

function open(environment: Environment): Promise<TestServer> {
  return startMcpServer({
    issuer: inside,
    environment: { ISSUER_BASE_URL: OUTSIDE, ...environment },
  })
}

async function call(server: TestServer, { tool = 'whoami', by = inside, iss = OUTSIDE } = {}) {
  const token = await by.mint(server.audience, { claims: { iss } })
  return postMcp(server.endpoint, callTool(tool), { token })
}

test('[case 21] an issuer is found at another address, and exchanges there, under its own name', async () => {
  const server = await open({
    ISSUER_METADATA_URL: `${inside.issuer}${METADATA}`,
    DANGEROUSLY_ALLOW_HTTP: 'true',
  })
  expect((await call(server)).status).toBe(200)
  await call(server, { tool: 'greet' })
  expect(inside.tokenRequests).toHaveLength(1)
  expect((await call(server, { iss: inside.issuer })).status).toBe(401)
})

test('[case 21] endpoints over http on another host than the issuer need the setting that allows http', async () => {
  const server = await open({ ISSUER_METADATA_URL: `${inside.issuer}${METADATA}` })
  expect((await call(server)).status).toBe(503)
  expect(server.log.text()).toContain('DANGEROUSLY_ALLOW_HTTP')
})

test('[case 21] a document at that address that names another issuer is not believed', async () => {
  namedAs(inside.issuer)
  const server = await open({
    ISSUER_METADATA_URL: `${inside.issuer}${METADATA}`,
    DANGEROUSLY_ALLOW_HTTP: 'true',
  })
  expect((await call(server)).status).toBe(503)
  expect((await call(server, { iss: inside.issuer })).status).toBe(401)
})

test('[case 21] keys are taken from JWKS_URL, for the primary issuer alone', async () => {
  const server = await open({
    JWKS_URL: `${inside.issuer}jwks`,
    ADDITIONAL_ISSUERS: second.issuer,
  })
  expect((await call(server)).status).toBe(200)
  expect((await call(server, { by: second, iss: second.issuer })).status).toBe(200)
  expect((await call(server, { by: inside, iss: second.issuer })).status).toBe(401)
  expect((await call(server, { by: second, iss: OUTSIDE })).status).toBe(401)
  expect(inside.requests).not.toContain(`/${METADATA}`)
})
