import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientEntry, createClientList } from '../../../src/identity/client-list.js'

/** What a path may have behind a prefix, and what it must not. */
const TAIL = [
  'a',
  'Z',
  '0',
  '.',
  '..',
  '/',
  '\\',
  '%2e',
  '%2F',
  '%',
  ':',
  '@',
  '?',
  '#',
  ';',
  '~',
  '-',
  'é',
  ' ',
  '\t',
]
const PREFIX = 'https://chatgpt.com/oauth/'

describe('a list of clients', () => {
  test('has a client whose id is an entry, byte for byte', () => {
    const list = createClientList(['my-client', 'https://client.example/app?x=1'])
    expect(['my-client', 'https://client.example/app?x=1'].map(list)).toEqual([true, true])
    const others = ['My-client', 'my-client ', 'my-client2', 'my-clien', '', 'my-client/']
    expect(others.filter(list)).toEqual([])
  })

  test.each(['client.json', 'codex/client.json', 'codex/AbC-1_2.3~4/client.json', 'a'])(
    'has a client whose document is below an entry: %s',
    (name) => {
      expect(createClientList([PREFIX])(`${PREFIX}${name}`)).toBe(true)
    },
  )

  test('has nobody whose id merely ends in, or contains, a listed one', () => {
    const list = createClientList(['my-client', PREFIX])
    expect(list(`x${PREFIX}client.json`)).toBe(false)
    expect(list(`https://evil.example/${PREFIX}client.json`)).toBe(false)
    expect(list('not-my-client')).toBe(false)
  })

  test('takes an id with an encoded character for an entry of its own, and not for one below a prefix', () => {
    const id = 'https://client.example:8443/a/b%20c.json'
    expect(createClientList([id])(id)).toBe(true)
    expect(createClientList(['https://client.example:8443/a/'])(id)).toBe(false)
  })

  test('that is empty has nobody', () => {
    fc.assert(fc.property(fc.string(), (id) => !createClientList([])(id)))
  })

  test('with a prefix has only ids that the URL standard reads as being on that host and below that path', () => {
    const tail = fc.string({ unit: fc.constantFrom(...TAIL) })
    const list = createClientList([PREFIX])
    fc.assert(
      fc.property(tail, (text) => {
        const id = `${PREFIX}${text}`
        if (!list(id)) return
        const { href, host, pathname, search, hash, username } = new URL(id)
        expect([href, host, search + hash + username]).toEqual([id, 'chatgpt.com', ''])
        expect(pathname.startsWith('/oauth/') && pathname !== '/oauth/').toBe(true)
        expect(pathname).not.toMatch(/\/\/|%|\/\.\.?(\/|$)/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an entry of a list of clients', () => {
  test.each([
    ['https://chatgpt.com/', 'must have a path behind the host'],
    ['https://chatgpt.com', 'must be an address as clients write it'],
    ['https://ChatGPT.com/oauth/', 'must be an address as clients write it'],
    ['HTTPS://chatgpt.com/oauth/', 'must be an address as clients write it'],
    ['https://chatgpt.com:443/oauth/', 'must be an address as clients write it'],
    ['https://user@chatgpt.com/oauth/', 'must be an address as clients write it'],
    ['https://chatgpt.com/a/../oauth/', 'must be an address as clients write it'],
    ['https://chatgpt.com/oauth/#a', 'must be an address as clients write it'],
    ['https://chätgpt.com/oauth/', 'must be an address as clients write it'],
    ['https://chatgpt.com/oa%75th/', 'must have a plain path'],
    ['https://chatgpt.com//oauth/', 'must have a plain path'],
    ['https://chatgpt.com/oauth/*', 'without a wildcard'],
    ['*', 'without a wildcard'],
    ['http://chatgpt.com/oauth/', 'must start with https://'],
    ['two words', 'without spaces'],
    ['a,b', 'without spaces'],
    ['"quoted"', 'without spaces'],
    ['', 'without spaces'],
  ])('that could never match, or would match too many, is refused: %s', (entry, says) => {
    const { error } = clientEntry.safeParse(entry)
    expect(error?.issues[0]?.message).toContain(says)
    expect(() => createClientList([entry])).toThrow(says)
  })

  test.each([
    'my-client',
    '0oa1b2c3',
    'urn:example:client',
    '11111111-2222-3333-4444-555555555555',
    PREFIX,
    'https://client.example/client.json',
    'https://client.example:8443/oauth/',
  ])('may be %s', (entry) => {
    expect(clientEntry.safeParse(entry).success).toBe(true)
  })
})
