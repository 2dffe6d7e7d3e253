import { expect, test } from 'vitest'
import { signInAtOnce, callbackFor } from '../../helpers/page-stand.js'
import { PageVisitor } from '../../helpers/page-visitor.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { CLIENT_ID, CLIENT_SECRET } from '../../helpers/exchange-answers.js'

test.each([
  ['the one that the settings name', 'page-client', 'page-secret'],
  ['else the one that exchanges tokens', undefined, undefined],
])('people sign in to the page as users of a client: %s', async (_name, id, secret) => {
  const server = await startMcpServer({
    environment: {
      CONFIRMATION_PAGE: 'always',
      CONFIRMATION_CLIENT_ID: id,
      CONFIRMATION_CLIENT_SECRET: secret,
    },
  })
  signInAtOnce(server.issuer, () => ({}), id ?? CLIENT_ID)
  const visitor = new PageVisitor(server.origin)
  const url = `${server.origin}/confirm/${'A'.repeat(43)}`
  const { location = '' } = await visitor.get(url)
  const { searchParams } = new URL(location)
  expect(searchParams.get('client_id')).toBe(id ?? CLIENT_ID)
  expect(searchParams.get('redirect_uri')).toBe(`${server.origin}/confirm/callback`)
  const answer = await visitor.get(callbackFor(location))
  expect([answer.status, answer.location]).toEqual([303, url])
  const { headers = {} } = server.issuer.tokenRequests[0] ?? {}
  // client_secret_basic is form-encoded (RFC 6749 §2.3.1).
  const basic = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64')
  const [sentId = '', sentSecret = ''] = basic.toString().split(':').map(decodeURIComponent)
  expect([sentId, sentSecret]).toEqual([id ?? CLIENT_ID, secret ?? CLIENT_SECRET])
})
