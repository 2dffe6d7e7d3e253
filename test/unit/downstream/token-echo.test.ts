import type { RequestListener } from 'node:http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TokenEcho } from '../../../src/downstream/token-echo.js'
import { Secret } from '../../../src/secret.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf } from '../outcomes.js'

// Shaped like a JWT and no such thing, so that the scan for leaks has nothing to find.
const JWT = `${'QmFzZTY0dXJsIHRleHQ-_9'.repeat(3)}.${'c29tZSBjbGFpbXM_'.repeat(9)}.${'c2ln-_'.repeat(20)}`
const OPAQUE = 'Zk+2/9aQ==~x/yTz0123456789abcdefQ/+w=='

const tokensOf = (token: string) => ({
  tokens: {
    token: () => Promise.resolve(new Secret(token)),
    renew: () => Promise.resolve(new Secret(`${token}renewed`)),
  },
})

const answering =
  (body: string | Buffer, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) => {
    res.writeHead(200, headers).end(body)
  }

const ANY = z.unknown()

const everyEscaped = (text: string): string =>
  text.replace(/./g, (char) => `\\u00${char.charCodeAt(0).toString(16).padStart(2, '0')}`)

const everyEncoded = (text: string): string =>
  text.replace(/./g, (char) => `%${char.charCodeAt(0).toString(16)}`)

const ECHOES: readonly (readonly [what: string, write: (token: string) => string])[] = [
  ['a member', (token) => JSON.stringify({ msg: token })],
  ['a header as it was sent', (token) => JSON.stringify({ authorization: `Bearer ${token}` })],
  ['the name of a member', (token) => JSON.stringify({ [token]: 1 })],
  ['a text deep inside', (token) => JSON.stringify([{ a: [{ b: `x${token}y` }] }])],
  ['a text with escaped slashes', (token) => JSON.stringify(token).replaceAll('/', '\\/')],
  [
    'a text as .NET and Gson escape it',
    (token) => JSON.stringify(token).replaceAll('+', '\\u002B').replaceAll('=', '\\u003d'),
  ],
  [
    'a part of a URL',
    (token) => JSON.stringify(`https://a.example/?t=${encodeURIComponent(token)}`),
  ],
  ['a text with every character escaped', (token) => `["${everyEscaped(token)}"]`],
  ['JSON in JSON', (token) => JSON.stringify(`["${everyEscaped(token)}"]`)],
  ['JSON in JSON in JSON', (token) => JSON.stringify(JSON.stringify(`["${everyEscaped(token)}"]`))],
  ['a URL with every character encoded', (token) => JSON.stringify(everyEncoded(token))],
  [
    'a URL in a URL',
    (token) => JSON.stringify(encodeURIComponent(`https://a.example/?t=${everyEncoded(token)}`)),
  ],
  ['JSON in a URL', (token) => encodeURIComponent(`"${everyEscaped(token)}"`)],
  ['HTML', (token) => JSON.stringify(token.replace(/./g, (char) => `&#${char.charCodeAt(0)};`))],
  ['base64', (token) => JSON.stringify(Buffer.from(token).toString('base64'))],
  [
    'base64 of a header',
    (token) => JSON.stringify(Buffer.from(`Bearer ${token}`).toString('base64')),
  ],
  [
    'base64url of more',
    (token) => JSON.stringify(Buffer.from(`ab: ${token}\n`).toString('base64url')),
  ],
]

describe.each([
  ['JWT', JWT],
  ['opaque token', OPAQUE],
])('an answer that holds the exchanged %s', (_kind, token) => {
  test.each(ECHOES)(
    '[S12] an answer that holds the exchanged token as %s is withheld from json() and fetch()',
    async (_what, write) => {
      const { client } = await setUpApi(answering(write(token)), tokensOf(token))
      const read = [
        client.json('/x', { schema: ANY }),
        client.fetch('/x').then((response) => response.text()),
        client.fetch('/x').then((response) => response.json()),
      ]
      for (const reading of read) {
        const failure = await failureOf(reading)
        expect([failure.code, failure.details.reason]).toEqual([
          'downstream_failed',
          'token_echoed',
        ])
        expect(failure.details.log?.['security']).toBe(true)
        const text = `${failure.message} ${JSON.stringify(failure.details)}`
        expect(text).not.toContain(token.slice(0, 20))
      }
    },
  )

  test('[S12] an answer that holds the exchanged token with every character escaped is withheld from json()', async () => {
    const { client } = await setUpApi(answering(`["${everyEscaped(token)}"]`), tokensOf(token))
    const failure = await failureOf(client.json('/x', { schema: ANY }))
    expect(failure.details.reason).toBe('token_echoed')
  })

  test('[S12] an answer that holds the exchanged token in a header is withheld', async () => {
    const headers = { 'X-Debug': `authorization=Bearer ${token}` }
    const { client } = await setUpApi(answering('{}', headers), tokensOf(token))
    const failure = await failureOf(client.fetch('/x'))
    expect([failure.code, failure.details.reason]).toEqual(['downstream_failed', 'token_echoed'])
  })

  test('[S12] an answer that holds the exchanged token is withheld whatever its status, and a write is told as accepted', async () => {
    const body = JSON.stringify({ msg: token })
    const { client } = await setUpApi((_req, res) => res.writeHead(422).end(body), tokensOf(token))
    const refused = await client.fetch('/x', { method: 'POST', json: {} })
    expect((await failureOf(refused.text())).details.reason).toBe('token_echoed')
    const created = await setUpApi((_req, res) => res.writeHead(201).end(body), tokensOf(token))
    const call = created.client.json('/x', { method: 'POST', json: {}, schema: ANY })
    expect((await failureOf(call)).message).toMatch(/accepted the call \(HTTP 201\)/)
  })

  test('[S12] an answer that holds the exchanged token is withheld where it was refused and renewed, in both forms', async () => {
    for (const sent of [token, `${token}renewed`]) {
      const { client } = await setUpApi((req, res) => {
        const fresh = req.headers.authorization?.endsWith('renewed') === true
        res.writeHead(fresh ? 200 : 401).end(JSON.stringify({ msg: fresh ? sent : '' }))
      }, tokensOf(token))
      const failure = await failureOf(client.json('/x', { schema: ANY }))
      expect(failure.details.reason).toBe('token_echoed')
    }
  })

  test('[S12] an answer that holds the exchanged token gives no part of it away, however the bytes come', () => {
    const whole = Buffer.from(`{"before":"${'b'.repeat(40)}","msg":"${token}","after":1}`)
    const cuts = fc.array(fc.nat({ max: whole.length }), { maxLength: 12 })
    fc.assert(
      fc.property(cuts, (places) => {
        const passed = read([...places, 0, whole.length], whole, token)
        expect(passed.ended).toBe('echoed')
        expect(passed.text).not.toContain(token.slice(0, 12))
        expect(whole.toString().startsWith(passed.text)).toBe(true)
      }),
    )
  })
})

describe('an escaped token', () => {
  test.each([
    ['JSON', everyEscaped(JWT)],
    ['JSON in JSON', JSON.stringify(everyEscaped(JWT))],
    ['a URL', everyEncoded(JWT)],
  ])(
    '[S12] no part of an escaped token is passed on, however the bytes come: %s',
    (_form, escaped) => {
      const whole = Buffer.from(`{"before":"${'b'.repeat(40)}","msg":"${escaped}","after":1}`)
      const cuts = fc.array(fc.nat({ max: whole.length }), { maxLength: 12 })
      fc.assert(
        fc.property(cuts, (places) => {
          const passed = read([...places, 0, whole.length], whole, JWT)
          expect(passed.ended).toBe('echoed')
          expect(passed.text).not.toContain(escaped.slice(0, 60))
        }),
      )
    },
  )

  test('[S12] an opaque token without a long plain part is found where a URL has it', () => {
    const token = 'ab+cd/ef=gh+ij/kl=mn'
    const echo = new TokenEcho([new Secret(token)])
    expect(echo.isIn(`https://a.example/?t=${encodeURIComponent(token)}`)).toBe(true)
    expect(echo.isIn(`https://a.example/?t=${encodeURIComponent(token.slice(1))}`)).toBe(false)
  })

  test('what has escapes and no token passes unchanged, however the bytes come', () => {
    const part = fc.constantFrom('100%', '%20', '\\u0065', '\\\\', '&#101;', ' ', 'x', '\u00e4')
    const text = fc.array(part).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), (given, places) => {
        const whole = Buffer.from(given)
        const cuts = [...places.map((place) => Math.min(place, whole.length)), 0, whole.length]
        expect(read(cuts, whole, JWT)).toEqual({ ended: 'whole', text: given })
      }),
    )
  })

  test('what has more backslashes than any text is looked through at once', () => {
    const echo = new TokenEcho([new Secret(JWT)])
    for (const text of ['\\', '%', '%25', '&#', '&#x0', '\\\\u00']) {
      expect(echo.isIn(text.repeat(500_000))).toBe(false)
    }
  })
})

describe('a token', () => {
  const finds = (token: string, text: string): boolean =>
    new TokenEcho([new Secret(token)]).isIn(text)

  test('[S12] a token is looked for from eight characters on: a shorter text may stand anywhere', () => {
    expect(finds('12345678', 'a12345678b')).toBe(true)
    expect(finds('1234567', 'a1234567b')).toBe(false)
  })

  test('[S12] a token is found by its longest plain part of sixteen characters or more, where encoders escape the rest', () => {
    const plain = 'abcdefghijklmnop'
    expect(finds(`a1/${plain}+b2`, `a1\\/${plain}\\u002bb2`)).toBe(true)
    expect(finds(`a1/${plain.slice(1)}+b2`, plain)).toBe(false)
    expect(finds('ab+cd/ef=gh', 'abcdefgh')).toBe(false)
    expect(finds('++//==??', 'words')).toBe(false)
  })

  test('[S12] a token is found in the base64 of any text around it', () => {
    const text = fc.string({ maxLength: 20 })
    const token = fc.stringMatching(/^[\w.~+/=-]{8,60}$/)
    fc.assert(
      fc.property(text, token, text, (before, secret, after) => {
        const bytes = Buffer.from(`${before}${secret}${after}`)
        expect(finds(secret, bytes.toString('base64'))).toBe(true)
        expect(finds(secret, bytes.toString('base64url'))).toBe(true)
      }),
    )
  })

  test('[S12] no part of its base64 is passed on either', () => {
    const inBase64 = Buffer.from(JWT).toString('base64')
    const echo = new TokenEcho([new Secret(JWT)])
    const first = echo.next(Buffer.from(`{"msg":"${inBase64.slice(0, 10)}`))
    expect(Buffer.from(first ?? []).toString()).toBe('{"msg":"')
    expect(echo.next(Buffer.from(`${inBase64.slice(10)}"}`))).toBeUndefined()
  })

  test('a token does not hold back what cannot be its beginning', () => {
    const echo = new TokenEcho([new Secret(JWT)])
    const text = `${JWT.slice(0, 1)}uestion, and no token`
    expect(Buffer.from(echo.next(Buffer.from(text)) ?? []).toString()).toBe(text)
    expect(echo.end()).toHaveLength(0)
  })
})

describe('an answer that holds no token', () => {
  test('an answer that holds no token passes unchanged, however the bytes come', () => {
    const nearly = `${JWT.slice(0, -1)} ${JWT.slice(1)} ${JWT.slice(0, 10)}`
    const text = fc
      .array(fc.constantFrom(nearly, 'x', JWT.slice(0, 30), '\u00e4'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (given, places) => {
        const whole = Buffer.from(given)
        const cuts = [...places.map((place) => Math.min(place, whole.length)), 0, whole.length]
        fc.pre(!given.includes(JWT))
        expect(read(cuts, whole, JWT)).toEqual({ ended: 'whole', text: given })
      }),
    )
  })

  test('an answer that holds no token reaches its reader while it goes on', async () => {
    let go: () => void = () => undefined
    const { client } = await setUpApi((_req, res) => {
      res.writeHead(200).write('data: one\n\n')
      go = () => res.end('data: two\n\n')
    }, tokensOf(JWT))
    const response = await client.fetch('/x')
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: one\n\n')
    go()
    const second = await reader?.read()
    expect(Buffer.from(second?.value ?? []).toString()).toBe('data: two\n\n')
    expect((await reader?.read())?.done).toBe(true)
  })

  test('an answer that holds no token that its reader leaves ends at the API too', async () => {
    const left = new Promise<void>((resolve) => {
      void setUpApi((_req, res) => {
        res.on('close', () => {
          resolve()
        })
        res.writeHead(200).write('x')
      }, tokensOf(JWT)).then(async ({ client }) => {
        const response = await client.fetch('/x')
        await response.body?.cancel()
      })
    })
    await left
  })
})

/** What a reader gets of bytes that come cut at these places. */
function read(
  places: readonly number[],
  whole: Buffer,
  token: string,
): { ended: string; text: string } {
  const echo = new TokenEcho([new Secret(token)])
  const sorted = [...places].sort((a, b) => a - b)
  const chunks: Uint8Array[] = []
  for (const [index, place] of sorted.entries()) {
    const passed = echo.next(whole.subarray(place, sorted[index + 1] ?? place))
    if (passed === undefined) return { ended: 'echoed', text: Buffer.concat(chunks).toString() }
    chunks.push(passed)
  }
  chunks.push(echo.end())
  return { ended: 'whole', text: Buffer.concat(chunks).toString() }
}
