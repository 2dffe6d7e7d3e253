import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import {
  DEFAULT_SWITCHES,
  type Switches,
} from '../../../../apps/authorization-server/testing/test-server.js'
import {
  API,
  type Answer,
  MCP,
  type RunningServer,
  changedDirectory,
  customForm,
  exchangeForm,
  obtainAccessToken,
  postToken,
  startAuthorizationServer,
} from '../support.js'

/** The server under test and a token to exchange: set before the tests that `withBehaviors` surrounds. */
export let server: RunningServer
export let subjectToken: string

/** Starts the server for the tests of one file, and puts its switches back after each of them. */
export function withBehaviors(): void {
  beforeAll(async () => {
    // The API has two scopes; alice has one of them, carol none.
    server = await startAuthorizationServer({
      directory: changedDirectory(({ resource_servers: [, api], client_grants }) => {
        api?.scopes.push({ value: 'write:private' })
        for (const grant of client_grants) {
          if (grant.audience === API) grant.scope?.push('write:private')
        }
      }),
    })
    subjectToken = await obtainAccessToken(server, 'alice')
  })

  afterAll(async () => {
    await server.close()
  })

  afterEach(() => {
    Object.assign(server.switches, DEFAULT_SWITCHES)
  })
}

export const exchange = (params: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  postToken(server, exchangeForm(subjectToken, params))

export const exchangeByProfile = (params: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  postToken(server, customForm(subjectToken, params))

export const BOTH = [
  ['On-Behalf-Of', exchange],
  ['Custom Token Exchange', exchangeByProfile],
] as const

export function set(switches: Partial<Switches>): void {
  Object.assign(server.switches, switches)
}

export function expectRefusal(answer: Answer, status: number, error: string): void {
  expect(answer).toMatchObject({ status, body: { error } })
}

export async function signSubject(change: JWTPayload): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const usual = { iss: server.issuer, sub: 'auth0|alice', aud: MCP, client_id: 'curl' }
  return server.signToken({ ...usual, iat: now, exp: now + 60, ...change })
}
