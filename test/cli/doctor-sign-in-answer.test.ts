import { describe, expect, test } from 'vitest'
import { answerWith } from '../helpers/exchange-answers.js'
import { ManualClock } from '../helpers/exchange-clock.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import {
  allowSignIn,
  CODE,
  visitSignedIn,
  withQuery,
  type AllowedSignIn,
} from './sign-in-support.js'
import { useSignIn } from './sign-in-world.js'

const used = useSignIn()

describe('doctor --sign-in and the answer to its authorization request', () => {
  test('a sign-in that is answered as it should be is redeemed once, with PKCE, and for this resource at both endpoints', async () => {
    const asked: URL[] = []
    const { code, complete } = await used.visitWith({
      act: ({ url, comeBack }) => {
        asked.push(url)
        return comeBack(used.right())
      },
    })
    expect([code, complete]).toEqual([0, true])
    const parameters = Object.fromEntries(asked[0]?.searchParams ?? [])
    expect(parameters).toMatchObject({
      ...{ response_type: 'code', client_id: 'some-client', resource: used.world.mcp },
      ...{ code_challenge_method: 'S256' },
    })
    expect(used.redeemedCodes()).toEqual([CODE])
    const request = used.redemptions()[0]
    expect(Object.fromEntries(request?.parameters ?? [])).toMatchObject({
      ...{ grant_type: 'authorization_code', resource: used.world.mcp, client_id: 'some-client' },
      redirect_uri: parameters['redirect_uri'],
    })
  })

  test.each([
    ['another state', { state: 'of-another-sign-in' }],
    ['an empty state', { state: '' }],
  ])('an answer with %s does not count, and the right one after it does', async (_title, stray) => {
    const seen: number[] = []
    const { code } = await used.visitWith({
      act: async ({ comeBack }) => {
        seen.push((await comeBack({ ...used.right(), ...stray, code: 'attack' })).status)
        seen.push((await comeBack({ error: 'access_denied', ...stray })).status)
        seen.push((await comeBack(used.right())).status)
      },
    })
    expect(seen).toEqual([400, 400, 200])
    expect(code).toBe(0)
    expect(used.redeemedCodes()).toEqual([CODE])
  })

  test('answers with a foreign state alone are reported once the time is up, and nothing is redeemed', async () => {
    const time = new ManualClock()
    const openBrowser = allowSignIn(used.world, {
      act: async ({ redirectUri, comeBack }) => {
        await comeBack({ ...used.right(), state: 'of-another-sign-in' })
        await fetch(withQuery(redirectUri, used.right()))
        await fetch(withQuery(withQuery(redirectUri, { state: 'x' }), used.right()))
        await time.advance(300_000)
      },
    })
    const { code, named } = await visitSignedIn(used.world, { openBrowser, timers: time.timers })
    expect(code).toBe(1)
    expect(named('sign_in.answer')).toMatchObject({ verdict: 'wrong' })
    expect(named('sign_in.answer')?.message).toContain('What came (3) did not have the state')
    expect(named('exchange')).toMatchObject({ waitsFor: 'sign_in.answer' })
    expect(used.redeemedCodes()).toEqual([])
  })

  test('of two answers the first alone counts, and the second is not found', async () => {
    const seen: number[] = []
    await used.visitWith({
      act: async ({ comeBack }) => {
        const answers = await Promise.all([
          comeBack(used.right()),
          comeBack({ ...used.right(), code: 'second' }),
        ])
        seen.push(...answers.map(({ status }) => status))
      },
    })
    expect(seen).toEqual([200, 404])
    expect(used.redeemedCodes()).toEqual([CODE])
  })

  test.each([
    [
      'of another authorization server',
      { iss: 'https://attacker.example/' },
      /of another authorization server: it names https:\/\/attacker/,
    ],
    [
      'that names its issuer without the slash',
      { iss: 'http://127.0.0.1' },
      /of another authorization server/,
    ],
    ['that names no issuer, where every answer does', {}, /does not name its issuer/],
  ])(
    '[mix-up] an answer %s is refused, and its code goes nowhere',
    async (_title, iss, message) => {
      const { code, wrong, named } = await used.visitWith({
        act: ({ comeBack }) => comeBack({ code: CODE, ...iss }),
      })
      expect([code, wrong()]).toEqual([1, ['sign_in.answer']])
      expect(named('sign_in.answer')?.message).toMatch(message)
      expect(used.redeemedCodes()).toEqual([])
    },
  )

  test('an answer need not name its issuer where the metadata does not announce it', async () => {
    const { code } = await used.visitWith({
      metadata: { authorization_response_iss_parameter_supported: undefined },
      act: ({ comeBack }) => comeBack({ code: CODE }),
    })
    expect(code).toBe(0)
  })

  test.each([
    ['invalid_scope', 'wrong', /--scope/, 'auto'],
    ['invalid_target', 'wrong', /API with just that identifier/, 'auto'],
    ['unauthorized_client', 'wrong', /authorization code grant/, 'auto'],
    ['a_word_of_its_own', 'wrong', /log of the authorization server/, 'auto'],
    ['__proto__', 'wrong', /log of the authorization server/, 'auto'],
    ['server_error', 'not_checkable', /Try again later/, 'auto'],
    ['access_denied', 'not_checkable', /declined.*domain level/, 'auth0'],
  ] as const)('the error %s is told, with what to do', async (error, verdict, hint, provider) => {
    const act: AllowedSignIn['act'] = ({ comeBack }) =>
      comeBack({ error, iss: used.world.issuer.issuer, error_description: 'Said\u001b[2J so.' })
    const { named } = await used.visitWith({ act }, undefined, { IDENTITY_PROVIDER: provider })
    expect(named('sign_in.answer')).toMatchObject({ verdict })
    expect(named('sign_in.answer')?.message).toContain(`(${error}: Said [2J so.)`)
    expect(named('sign_in.answer')?.hint).toMatch(hint)
    expect(used.redeemedCodes()).toEqual([])
  })

  test.each([
    ['with neither code nor error', {}],
    ['with an empty code', { code: '' }],
  ])('an answer %s is wrong', async (_title, parameters) => {
    const { wrong } = await used.visitWith({
      act: ({ comeBack }) => comeBack({ iss: used.world.issuer.issuer, ...parameters }),
    })
    expect(wrong()).toEqual(['sign_in.answer'])
    expect(used.redeemedCodes()).toEqual([])
  })

  test('an answer with two codes is wrong, and none of them is redeemed', async () => {
    const { wrong } = await used.visitWith({
      act: ({ redirectUri, state }) =>
        fetch(withQuery(withQuery(redirectUri, { state, ...used.right() }), { code: 'second' })),
    })
    expect(wrong()).toEqual(['sign_in.answer'])
    expect(used.redeemedCodes()).toEqual([])
  })
})

describe('doctor --sign-in and the page at its callback', () => {
  test('says in plain words what to do, keeps nothing, loads nothing, and holds neither code nor state', async () => {
    const pages: { readonly text: string; readonly headers: Headers }[] = []
    const states: string[] = []
    await used.visitWith({
      act: async ({ state, comeBack }) => {
        states.push(state)
        const response = await comeBack(used.right())
        pages.push({ text: await response.text(), headers: response.headers })
      },
    })
    const [page] = pages
    expect(page?.text).toContain('You can close this window.')
    expect([CODE, ...states].filter((secret) => page?.text.includes(secret))).toEqual([])
    expect(page?.headers.get('cache-control')).toBe('no-store')
    expect(page?.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page?.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /)
  })

  test('no output holds a token, the code, the verifier, or what a client was given at its registration', async () => {
    const secrets = ['secret-of-the-registered-client', 'management-token-of-the-client']
    const registry = await startHttpServer((_req, res) => {
      const [secret, token] = secrets
      answerWith(
        res,
        {
          ...{ client_id: 'registered', client_secret: secret, registration_access_token: token },
          registration_client_uri: `${registry.origin}/clients/1`,
          token_endpoint_auth_method: 'client_secret_post',
        },
        201,
      )
    })
    const { output } = await used.visitWith(
      {
        metadata: { registration_endpoint: registry.origin },
        tokens: { refresh_token: 'refresh-token-of-the-person' },
      },
      [],
    )
    const redemption = used.redemptions()[0]
    expect(redemption?.parameters.get('client_secret')).toBe(secrets[0])
    const verifier = redemption?.parameters.get('code_verifier') ?? ''
    expect(verifier.length).toBeGreaterThan(42)
    const shown = [...secrets, CODE, verifier, 'refresh-token-of-the-person'].filter((secret) =>
      output.includes(secret),
    )
    expect(shown).toEqual([])
  })
})
