import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { callTool, openMcpDoor, postMcp, type McpDoor } from '../helpers/mcp-door.js'
import { json, TestIssuer } from '../helpers/test-issuer.js'

/** Its name for browsers, under which this machine does not reach it. */
const OUTSIDE = 'http://localhost:9/realms/one'
const METADATA = '.well-known/openid-configuration'

let inside: TestIssuer
let second: TestIssuer
let opened: McpDoor[]

beforeEach(async () => {
  ;[inside, second] = [await TestIssuer.start(), await TestIssuer.start()]
  opened = []
  namedAs(OUTSIDE)
})

afterEach(async () => {
  await Promise.all([...opened, inside, second].map((open) => open.close()))
})

function namedAs(issuer: string): void {
  inside.metadataResponder = (_req, res) => {
    const [jwks_uri, token_endpoint] = [`${inside.issuer}jwks`, `${inside.issuer}token`]
    json(res, 200, { issuer, jwks_uri, token_endpoint })
  }
}

async function open(environment: Environment): Promise<McpDoor> {
  const door = await openMcpDoor({ issuer: OUTSIDE, environment })
  opened.push(door)
  return door
}

async function call(door: McpDoor, { tool = 'whoami', by = inside, iss = OUTSIDE } = {}) {
  const token = await by.mint(door.audience, { claims: { iss } })
  return postMcp(door.endpoint, callTool(tool), { token })
}

test('[case 21] an issuer is found at another address, and exchanges there, under its own name', async () => {
  const door = await open({
    ISSUER_METADATA_URL: `${inside.issuer}${METADATA}`,
    DANGEROUSLY_ALLOW_HTTP: 'true',
  })
  expect((await call(door)).status).toBe(200)
  await call(door, { tool: 'greet' })
  expect(inside.tokenRequests).toHaveLength(1)
  expect((await call(door, { iss: inside.issuer })).status).toBe(401)
})

test('[case 21] endpoints over http on another host than the issuer need the setting that allows http', async () => {
  const door = await open({ ISSUER_METADATA_URL: `${inside.issuer}${METADATA}` })
  expect((await call(door)).status).toBe(503)
  expect(door.log.text()).toContain('DANGEROUSLY_ALLOW_HTTP')
})

test('[case 21] a document at that address that names another issuer is not believed', async () => {
  namedAs(inside.issuer)
  const door = await open({
    ISSUER_METADATA_URL: `${inside.issuer}${METADATA}`,
    DANGEROUSLY_ALLOW_HTTP: 'true',
  })
  expect((await call(door)).status).toBe(503)
  expect((await call(door, { iss: inside.issuer })).status).toBe(401)
})

test('[case 21] keys are taken from JWKS_URL, for the primary issuer alone', async () => {
  const door = await open({
    JWKS_URL: `${inside.issuer}jwks`,
    ADDITIONAL_ISSUERS: second.issuer,
  })
  expect((await call(door)).status).toBe(200)
  expect((await call(door, { by: second, iss: second.issuer })).status).toBe(200)
  expect((await call(door, { by: inside, iss: second.issuer })).status).toBe(401)
  expect((await call(door, { by: second, iss: OUTSIDE })).status).toBe(401)
  expect(inside.requests).not.toContain(`/${METADATA}`)
})
