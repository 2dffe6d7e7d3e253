import request from 'supertest'
import { expect, test } from 'vitest'
import { clientAddressOf, forwardedForIsIgnored } from '../../../middleware/client-address.js'
import { appOf } from './protected-app.js'

/** What is made of X-Forwarded-For by an app that trusts these proxies. */
async function seen(forwardedFor: string | undefined, trusted: unknown): Promise<unknown> {
  const { app } = appOf((req, res) => {
    res.json({ address: clientAddressOf(req), ignored: forwardedForIsIgnored(req) })
  })
  app.set('trust proxy', trusted)
  const asked = request(app).get('/')
  if (forwardedFor !== undefined) void asked.set('X-Forwarded-For', forwardedFor)
  return (await asked).body as unknown
}

const LOOPBACK = ['127.0.0.0/8', '::1']
const HERE = expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/) as string

test.each([
  ['no header and no trust', undefined, false, HERE, false],
  ['an empty header and no trust', '', false, HERE, false],
  ['a header and no trust', '203.0.113.8', false, HERE, true],
  ['a header of a proxy that is trusted by its number', '203.0.113.8', 1, '203.0.113.8', false],
  ['a header of a proxy on the list', '203.0.113.8', LOOPBACK, '203.0.113.8', false],
  ['a header of a proxy that is not on the list', '203.0.113.8', ['10.0.0.1'], HERE, true],
])(
  'an address that a proxy tells is believed, or said to be ignored: %s',
  async (_, forwardedFor, trusted, address, ignored) => {
    expect(await seen(forwardedFor, trusted)).toEqual({ address, ignored })
  },
)
