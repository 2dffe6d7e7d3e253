import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import {
  type RunningServer,
  authorizationRequest,
  changedDirectory,
  postToken,
  registerClient,
  startAuthorizationServer,
} from './support.js'

let server: RunningServer

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.close()
})

/** A browser with cookies that shows each page it comes by; like a person, it has one session. */
function createBrowser() {
  const cookies = new Map<string, string>()
  const visit = async (input: string | URL | Request, init: RequestInit = {}) => {
    if (input instanceof Request) throw new TypeError('give an address')
    const headers = new Headers(init.headers)
    headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '))
    const response = await fetch(input, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const open = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const response = await visit(url, init)
    const location = response.headers.get('location')
    if (location === null) return response
    const target = new URL(location, url)
    return target.origin === new URL(server.issuer).origin ? open(target) : response
  }
  return { visit, open }
}

async function openSignInPage(params: Readonly<Record<string, string>> = {}) {
  const browser = createBrowser()
  const { url, verifier } = authorizationRequest(server, params)
  const response = await browser.open(url)
  const page = await response.text()
  return { browser, response, page, verifier, action: actionOf(page) }
}

function actionOf(page: string): string {
  return new URL(/<form[^>]*\saction="([^"]*)"/.exec(page)?.[1] ?? '', server.issuer).href
}

function form(fields: Readonly<Record<string, string>>): RequestInit {
  return { method: 'POST', body: new URLSearchParams(fields) }
}

describe('the sign-in page', () => {
  it('the sign-in page says that it is for development, who can be chosen and what each may do', async () => {
    const { response, page } = await openSignInPage()
    expect(response.status).toBe(200)
    expect(page).toContain('Development only')
    expect(page).toContain('Command line')
    expect(page).toMatch(
      /Alice Administrator[\s\S]*may: tool:whoami, tool:greet, read:trips, read:bookings, write:bookings, read:private/,
    )
    expect(page).toMatch(/Bob User[\s\S]*may: tool:whoami, read:trips, read:bookings\s*</)
    expect(page).toMatch(/carol · no role · only what needs no permission/)
  })

  it('the sign-in page holds no script and nothing foreign, and its policy forbids both', async () => {
    const { response, page } = await openSignInPage()
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|\son\w+=/i)
    expect(page).not.toMatch(/\bstyle="/)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action /)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('x-frame-options')).toBe('DENY')
  })

  it('the sign-in page has exactly the style sheet whose hash the policy names', async () => {
    const { response, page } = await openSignInPage()
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
    expect(response.headers.get('content-security-policy')).toContain(
      `'sha256-${Buffer.from(digest).toString('base64')}'`,
    )
    expect(style).toContain('prefers-color-scheme:dark')
  })

  it('the sign-in page lets forms lead to this server and to the callback, nowhere else', async () => {
    const { response } = await openSignInPage()
    expect(response.headers.get('content-security-policy')).toContain(
      "form-action 'self' http://127.0.0.1:49152;",
    )
    const redirectUri = 'cursor://app/callback'
    const client_id = await registerClient(server, { redirect_uris: [redirectUri] })
    const app = await openSignInPage({ client_id, redirect_uri: redirectUri })
    expect(app.response.headers.get('content-security-policy')).toContain(
      "form-action 'self' cursor:;",
    )
  })

  it('the sign-in page puts the focus on the user whom the client hints at', async () => {
    const { page } = await openSignInPage({ login_hint: 'bob@example.com' })
    expect(page).toMatch(/value="bob"\s+autofocus/)
    expect(page).not.toMatch(/value="alice"\s+autofocus/)
  })

  it('the sign-in page sets cookies that scripts and other sites do not get', async () => {
    const { url } = authorizationRequest(server)
    const response = await fetch(url, { redirect: 'manual' })
    const cookies = response.headers.getSetCookie()
    expect(cookies.length).toBeGreaterThan(0)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; *httponly/i)
      expect(cookie).toMatch(/; *samesite=lax/i)
    }
  })

  it('the sign-in page takes no form without the cookie of its own interaction', async () => {
    const { action } = await openSignInPage()
    const foreign = await fetch(action, { ...form({ username: 'alice' }), redirect: 'manual' })
    expect(foreign.status).toBe(400)
    expect(await foreign.text()).toContain('data-page="error"')

    const other = await openSignInPage()
    const mixed = await other.browser.visit(action, form({ username: 'alice' }))
    expect(mixed.status).toBe(400)
  })

  it('the sign-in page takes no form for a user who does not exist, for another page, or too long', async () => {
    const { browser, action } = await openSignInPage()
    expect((await browser.visit(action, form({ username: 'mallory' }))).status).toBe(400)
    const consent = action.replace(/login$/, 'consent')
    expect((await browser.visit(consent, form({ decision: 'allow' }))).status).toBe(400)
    const long = await browser.visit(action, form({ username: 'x'.repeat(70_000) }))
    expect(long.status).toBe(413)
  })

  it('the sign-in page escapes what the directory and the client say', async () => {
    const directory = changedDirectory(({ users: [alice] }) => {
      if (alice !== undefined) alice.name = '"><img src=x onerror=alert(1)>'
    })
    const other = await startAuthorizationServer({ directory })
    try {
      const client_id = await registerClient(other, { client_name: '<script>alert("hi")</script>' })
      const { url } = authorizationRequest(other, { client_id })
      const pages: string[] = []
      const callback = await signIn({
        authorizationUrl: url,
        username: 'alice',
        fetch: async (input, init) => {
          const response = await fetch(input, init)
          pages.push(await response.clone().text())
          return response
        },
      })
      expect(callback.searchParams.get('code')).toBeTypeOf('string')
      const text = pages.join('\n')
      expect(text).toContain('&lt;script&gt;alert(&quot;hi&quot;)&lt;/script&gt;')
      expect(text).toContain('&lt;img src=x')
      expect(text).not.toMatch(/<script|<img/)
    } finally {
      await other.close()
    }
  })
})

describe('the consent page', () => {
  async function openConsentPage(username: string, params: Readonly<Record<string, string>> = {}) {
    const client_id = params['client_id'] ?? (await registerClient(server))
    const { browser, action, verifier } = await openSignInPage({ ...params, client_id })
    const response = await browser.open(action, form({ username }))
    const page = await response.text()
    return { client_id, browser, response, page, verifier, action: actionOf(page) }
  }

  it('the consent page shows the client, where it leads, who is asked and for what', async () => {
    const { page, client_id, response } = await openConsentPage('alice', {
      scope: 'openid tool:greet',
    })
    expect(page).toContain('data-page="consent"')
    expect(page).toContain('A client that registered itself')
    expect(page).toContain('nobody has checked its name')
    expect(page).toContain('http://127.0.0.1:49152/callback')
    expect(page).toContain(client_id)
    expect(page).toContain('Alice Administrator')
    expect(page).toContain('Greet you, with your data from the protected API')
    expect(page).toContain('Know who you are')
    expect(page).not.toContain('tool:whoami')
    expect(response.headers.get('content-security-policy')).toContain(
      "form-action 'self' http://127.0.0.1:49152;",
    )
  })

  it('the consent page offers only what the user can hand out, and says what is withheld', async () => {
    const { page } = await openConsentPage('bob')
    expect(page).toMatch(/<li>[^<]*<code>tool:whoami<\/code>/)
    expect(page).not.toMatch(/<li>[^<]*<code>tool:greet<\/code>/)
    expect(page).toMatch(/It also asked for <code>tool:greet<\/code>/)
  })

  it('the consent page is shown once: the same request of the same user passes from then on', async () => {
    const { client_id, browser, action } = await openConsentPage('bob')
    const done = await browser.open(action, form({ decision: 'allow' }))
    expect(done.headers.get('location')).toContain('code=')

    const { url } = authorizationRequest(server, { client_id })
    const again = await (await browser.open(url)).text()
    expect(again).toContain('data-page="sign-in"')
    const callback = await browser.open(actionOf(again), form({ username: 'bob' }))
    expect(callback.headers.get('location')).toContain('code=')
  })

  it('the consent page is shown again when the client asks for more, and the grant then covers both', async () => {
    const { client_id, browser, action } = await openConsentPage('alice', { scope: 'tool:whoami' })
    await browser.open(action, form({ decision: 'allow' }))

    const scope = 'tool:whoami tool:greet'
    const { url, verifier } = authorizationRequest(server, { client_id, scope })
    const login = await (await browser.open(url)).text()
    const consent = await (await browser.open(actionOf(login), form({ username: 'alice' }))).text()
    expect(consent).toContain('data-page="consent"')
    const done = await browser.open(actionOf(consent), form({ decision: 'allow' }))
    const callback = new URL(done.headers.get('location') ?? '')
    const { body } = await postToken(server, {
      grant_type: 'authorization_code',
      client_id,
      redirect_uri: 'http://127.0.0.1:49152/callback',
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
    })
    expect(body['scope']).toBe(scope)
  })

  it('the consent page takes no third answer', async () => {
    const { browser, action } = await openConsentPage('alice')
    expect((await browser.visit(action, form({ decision: 'perhaps' }))).status).toBe(400)
  })
})

describe('changing the user in one browser', () => {
  it('changing the user in one browser ends the session of the one and begins that of the other', async () => {
    const { browser, action } = await openSignInPage()
    const first = await browser.open(action, form({ username: 'alice' }))
    expect(first.headers.get('location')).toContain('code=')

    const { url, verifier } = authorizationRequest(server)
    const page = await (await browser.open(url)).text()
    const handover = await (await browser.open(actionOf(page), form({ username: 'bob' }))).text()
    // The library's page submits itself in a browser.
    const fields = [...handover.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    )
    const done = await browser.open(actionOf(handover), form(Object.fromEntries(fields)))
    const callback = new URL(done.headers.get('location') ?? '')
    const { body } = await postToken(server, {
      grant_type: 'authorization_code',
      client_id: 'curl',
      redirect_uri: 'http://127.0.0.1:49152/callback',
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
    })
    expect(body['scope']).toBe('tool:whoami')
  })
})

describe('the error page', () => {
  it('the error page shows code and description, escaped, under the same policy', async () => {
    const url = new URL('authorize', server.issuer)
    url.searchParams.set('client_id', '<script>alert(1)</script>')
    const response = await fetch(url, { headers: { accept: 'text/html' } })
    const page = await response.text()
    expect(response.status).toBe(400)
    expect(page).toContain('<code data-error>invalid_client</code>')
    expect(page).not.toContain('<script')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  })
})
