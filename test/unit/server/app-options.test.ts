import { createApp, type AppOptions } from 'mcp-on-behalf-of/server'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../../src/secret.js'

const GOOD: AppOptions = {
  endpoint: new URL('http://localhost:3001/mcp'),
  issuer: 'https://issuer.example/',
  client: { id: 'mcp-server', secret: new Secret('secret-of-the-mcp-server') },
  apis: {},
  tools: [],
  baselineScopes: [],
}

const PAGE_CLIENT = 'confirmationPage.client'
const NO_PROOF = `${PAGE_CLIENT}: must have a secret, a method or an authentication`
const BARE = `${PAGE_CLIENT}.secret: must be a Secret`
const SOURCE = `${PAGE_CLIENT}.authentication: must have a function current`

const created = (options: object) => () => createApp({ ...GOOD, ...options })

describe('the options of createApp', () => {
  test('that are good make an app', async () => {
    const app = createApp(GOOD)
    expect(app.express).toBeTypeOf('function')
    await app.close()
  })

  test.each([
    [{ trustProxy: 'yes' }, 'trustProxy: must be a number of hops, or a list of addresses'],
    [{ homePage: 'on' }, 'homePage: must be true or false'],
    [{ createReference: 5 }, 'createReference: must be a function'],
    [{ issuer: 'nonsense' }, 'issuer: must be a URL'],
    [{ tools: undefined }, 'tools'],
    [{ homepage: true }, 'has an unknown option: "homepage"'],
    [{ sessions: { idleMs: -1 } }, 'sessions.idleMs'],
    [{ confirmationPage: { use: 'always', client: { id: 'pages' } } }, NO_PROOF],
    [{ confirmationPage: { use: 'always', client: { id: 'pages', secret: 'bare' } } }, BARE],
    [{ confirmationPage: { use: 'always', client: { id: 'pages', authentication: {} } } }, SOURCE],
  ])('that are not are refused while the app is put together: %j', (options, text) => {
    expect(created(options)).toThrow(TypeError)
    expect(created(options)).toThrow(text)
  })
})
