import request from 'supertest'
import { expect, test } from 'vitest'
import { securityHeaders } from '../../../middleware/security-headers.js'
import { appOf, echo } from './protected-app.js'

test('an answer may be read by the pages of its site alone, framed by none, and names itself to nobody', async () => {
  const { headers } = await request(appOf(securityHeaders(), echo).app).get('/')
  expect(headers).toMatchObject({
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-site',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'strict-transport-security': expect.not.stringContaining('includeSubDomains') as string,
    'cache-control': 'no-store',
  })
})
