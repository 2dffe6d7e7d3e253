import { describe, expect, it } from 'vitest'
import { expectRefusal, isShutOut, useActionServer } from './action-support.js'
import { API, MCP } from './support.js'

const used = useActionServer()

const seconds = (): number => Math.floor(Date.now() / 1000)

type Change = Readonly<Record<string, unknown>>

describe('the shipped Action refuses a subject token of this tenant by its claims, and counts it', () => {
  it.each<readonly [string, () => Change]>([
    ['has expired', () => ({ iat: seconds() - 7200, exp: seconds() - 60 })],
    ['is not valid yet', () => ({ nbf: seconds() + 60 })],
    ['was issued in the future', () => ({ iat: seconds() + 60 })],
    ['expired before it was issued', () => ({ iat: seconds() + 3, exp: seconds() - 3 })],
    ['was issued at null', () => ({ iat: null })],
    ['is valid from a text on', () => ({ nbf: `${seconds() - 60}` })],
    ['never expires', () => ({ exp: undefined })],
    ['does not say when it was issued', () => ({ iat: undefined })],
    ['expires at a text', () => ({ exp: `${seconds() + 3600}` })],
    ['expires in a thousand years', () => ({ exp: seconds() + 31_536_000_000 })],
    ['was issued at a text', () => ({ iat: `${seconds()}` })],
    ['has another issuer', () => ({ iss: 'https://other.example/' })],
    ['has the issuer without the slash', () => ({ iss: used.server.issuer.slice(0, -1) })],
    ['has a list of issuers', () => ({ iss: [used.server.issuer] })],
    ['has no issuer', () => ({ iss: undefined })],
    ['is for the API', () => ({ aud: API })],
    ['is for another server whose name begins alike', () => ({ aud: `${MCP}/` })],
    ['is for the server twice', () => ({ aud: [MCP, MCP] })],
    [
      'has the userinfo endpoint of another tenant',
      () => ({ aud: [MCP, 'https://other.example/userinfo'] }),
    ],
    ['is for another server too', () => ({ aud: [MCP, 'https://other.example/'] })],
    ['is for the API too', () => ({ aud: [MCP, `${used.server.issuer}userinfo`, API] })],
    ['has a list of one audience', () => ({ aud: [MCP] })],
    ['names the userinfo endpoint first', () => ({ aud: [`${used.server.issuer}userinfo`, MCP] })],
    ['has an object as audience', () => ({ aud: { [MCP]: true } })],
    ['has no audience', () => ({ aud: undefined })],
    ['has no subject', () => ({ sub: undefined })],
    ['has an empty subject', () => ({ sub: '' })],
    ['has a blank subject', () => ({ sub: '   ' })],
    ['has a subject with a blank around it', () => ({ sub: 'auth0|alice ' })],
    ['has a number as subject', () => ({ sub: 7 })],
    ['has a list of subjects', () => ({ sub: ['auth0|alice'] })],
    ['has an endless subject', () => ({ sub: `auth0|${'a'.repeat(600)}` })],
    ['has an object as subject', () => ({ sub: { id: 'auth0|alice' } })],
    ['names no client', () => ({ client_id: undefined })],
    ['has a blank client', () => ({ client_id: ' ' })],
    ['has a number as client', () => ({ client_id: 7 })],
    ['has a list of clients', () => ({ client_id: ['curl'] })],
    ['names two clients', () => ({ azp: 'another' })],
    ['is that of an application in other letters', () => ({ sub: 'curl@CLIENTS' })],
    ['is that of an application', () => ({ sub: 'curl@clients' })],
    ['is that of an agent', () => ({ sub: 'agt_1234' })],
    ['has its client as subject', () => ({ sub: 'curl' })],
    ['has its azp as subject', () => ({ sub: 'app', client_id: undefined, azp: 'app' })],
    ['comes from client credentials', () => ({ gty: 'client-credentials' })],
    ['comes from client credentials among others', () => ({ gty: ['a', 'Client-Credentials'] })],
    ['has an unreadable gty', () => ({ gty: { client: true } })],
    ['says that it is an agent', () => ({ sub_profile: 'ai_agent' })],
    ['says that it is a service and an agent', () => ({ sub_profile: 'service ai_agent' })],
    ['has an unreadable sub_profile', () => ({ sub_profile: 1 })],
    ['is bound to a key', () => ({ cnf: { jkt: 'x' } })],
    ['has an empty binding', () => ({ cnf: null })],
    ['was exchanged before', () => ({ act: { sub: 'another-server' } })],
    ['has an empty actor', () => ({ act: null })],
    ['says who may act for the user', () => ({ may_act: { sub: 'another-server' } })],
    ['has the nonce of an ID token', () => ({ nonce: 'n' })],
    ['has the hash of an ID token', () => ({ at_hash: 'h' })],
    ['tells of events', () => ({ events: {} })],
    ['has a number as organization', () => ({ org_id: 7 })],
    ['has a name as organization', () => ({ org_id: 'acme' })],
    ['has an empty organization', () => ({ org_id: '' })],
    ['has an object as organization', () => ({ org_id: { id: 'org_acme' } })],
    ['has null as organization', () => ({ org_id: null })],
    ['has a number as scope', () => ({ scope: 7 })],
    ['has a nested list as scope', () => ({ scope: [['tool:greet']] })],
    ['is far too long', () => ({ permissions: ['x'.repeat(20_000)] })],
  ])('the shipped Action refuses a subject token that %s', async (_what, change) => {
    const token = await used.server.subjectToken(change())
    const answer = await used.server.exchange(token)
    expectRefusal(answer, [400, 'invalid_request'])
    expect(JSON.stringify([answer.body, used.server.events])).not.toContain(token)
    expect(await isShutOut(used.server)).toBe(true)
  })

  it.each(['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'at+jwt ', ''])(
    'the shipped Action refuses a subject token with the header type "%s"',
    async (typ) => {
      expectRefusal(await used.server.exchange(await used.server.subjectToken({}, typ)), [
        400,
        'invalid_request',
      ])
      expect(await isShutOut(used.server)).toBe(true)
    },
  )
})
