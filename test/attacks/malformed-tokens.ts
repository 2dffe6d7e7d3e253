import { expecting, needed, type Attack } from './attack.js'
import { base64url, forgeText, goodParts, rsa, type Members } from './forge.js'
import { forged, mutated, tokenAttack } from './token-attack.js'

type Parts = readonly [header: string, claims: string, signature: string]

function partsOf(token: string): Parts {
  const [header = '', claims = '', signature = ''] = token.split('.')
  return [header, claims, signature]
}

function reshaped(name: string, reshape: (...parts: Parts) => string): Attack {
  return mutated(name, (token) => reshape(...partsOf(token)))
}

const signatures: readonly Attack[] = [
  reshaped('an empty signature', (h, c) => `${h}.${c}.`),
  reshaped('no signature, and no dot for it', (h, c) => `${h}.${c}`),
  reshaped('a signature without its last character', (h, c, s) => `${h}.${c}.${s.slice(0, -1)}`),
  reshaped('half a signature', (h, c, s) => `${h}.${c}.${s.slice(0, s.length / 2)}`),
  reshaped('a signature of one byte', (h, c) => `${h}.${c}.AA`),
  reshaped('the signature twice', (h, c, s) => `${h}.${c}.${s}${s}`),
  reshaped('the signature with a byte more', (h, c, s) => {
    const bytes = Buffer.from(s, 'base64url')
    return `${h}.${c}.${base64url(Buffer.concat([bytes, Buffer.of(0)]))}`
  }),
  ...(['first', 'middle', 'last'] as const).map((which) =>
    reshaped(`a signature with its ${which} byte flipped`, (h, c, s) => {
      const bytes = Buffer.from(s, 'base64url')
      const at = { first: 0, middle: bytes.length >> 1, last: bytes.length - 1 }[which]
      bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at)
      return `${h}.${c}.${base64url(bytes)}`
    }),
  ),
  reshaped('the header as the signature', (h, c) => `${h}.${c}.${h}`),
]

const dots: readonly Attack[] = [
  reshaped('doubled first dot', (h, c, s) => `${h}..${c}.${s}`),
  reshaped('doubled second dot', (h, c, s) => `${h}.${c}..${s}`),
  reshaped('a dot in front', (h, c, s) => `.${h}.${c}.${s}`),
  reshaped('a dot behind', (h, c, s) => `${h}.${c}.${s}.`),
  reshaped('two dots behind, as in an encrypted token', (h, c, s) => `${h}.${c}.${s}..`),
  reshaped('a token behind the token', (h, c, s) => `${h}.${c}.${s}.${h}.${c}.${s}`),
  reshaped('no header', (_h, c, s) => `.${c}.${s}`),
  reshaped('no claims', (h, _c, s) => `${h}..${s}`),
  reshaped('header and claims swapped', (h, c, s) => `${c}.${h}.${s}`),
  reshaped('percent-encoded dots', (h, c, s) => `${h}%2e${c}%2e${s}`),
  forged('two dots and nothing else', () => '..'),
  forged('one dot', () => '.'),
]

/** One signature must not have several spellings: lists of revoked or seen tokens go by the text. */
const spellings: readonly Attack[] = [
  reshaped('one character of padding behind', (h, c, s) => `${h}.${c}.${s}=`),
  reshaped('two characters of padding behind', (h, c, s) => `${h}.${c}.${s}==`),
  reshaped('padding behind the header', (h, c, s) => `${h}=.${c}.${s}`),
  reshaped('padding behind the claims', (h, c, s) => `${h}.${c}=.${s}`),
  reshaped('unused bits set in the last character of the signature', (h, c, s) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet[alphabet.indexOf(s.at(-1) ?? 'A') + 1] ?? 'B'
    return `${h}.${c}.${s.slice(0, -1)}${last}`
  }),
  reshaped('a signature in plain base64', (h, c, s) => {
    // A signature holds one of the two letters that differ, but for one in 40000.
    return `${h}.${c}.${Buffer.from(s, 'base64url').toString('base64')}`
  }),
  reshaped('a tilde inside the signature', (h, c, s) => `${h}.${c}.${s.slice(0, 9)}~${s.slice(9)}`),
]

const CHANGED_CLAIMS: readonly (readonly [string, Members])[] = [
  ['another user', { sub: 'auth0|mallory' }],
  ['more scope', { scope: 'tool:whoami tool:greet tool:admin' }],
  ['more life', { exp: 4_102_444_800 }],
  ['another client', { client_id: 'another-client' }],
  ['more permissions', { permissions: ['tool:greet'] }],
  ['an organization', { org_id: 'org_1' }],
]

const changedClaims: readonly Attack[] = CHANGED_CLAIMS.map(([name, changes]) =>
  mutated(`claims changed under the signature: ${name}`, (token) => {
    const [header, claims, signature] = partsOf(token)
    const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object
    return `${header}.${base64url(JSON.stringify({ ...decoded, ...changes }))}.${signature}`
  }),
)

const anotherSignature: Attack = {
  name: 'the signature of another good token',
  needs: ['issuer key'],
  send: async (target) => {
    const [[header, claims], [, , signature]] = [
      partsOf(await target.mint()),
      partsOf(await target.mint({ claims: { sub: 'auth0|bob' } })),
    ]
    return tokenAttack('', [], () => `${header}.${claims}.${signature}`).send(target)
  },
}

const HEADERS: readonly (readonly [string, string])[] = [
  ['an array', '[]'],
  ['a string', '"RS256"'],
  ['null', 'null'],
  ['no JSON', 'alg=RS256'],
  ['a byte-order mark in front', '\ufeff{"alg":"RS256"}'],
  ['an object of a thousand levels', `${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`],
]

const CLAIMS: readonly (readonly [string, string | Uint8Array])[] = [
  ['an array', '[]'],
  ['an array of good claims', '[{"sub":"auth0|alice"}]'],
  ['a string', '"auth0|alice"'],
  ['null', 'null'],
  ['a number', '1'],
  ['nothing', ''],
  ['no JSON', 'sub=alice'],
  ['bytes that are no UTF-8', Buffer.from('7b22737562223a22ff22', 'hex')],
  ['an empty object', '{}'],
]

const contents: readonly Attack[] = [
  ...HEADERS.map(([name, text]) =>
    forged(`a header that is ${name}`, (target) =>
      forgeText(text, JSON.stringify(goodParts(target).claims), rsa(target.keys.rsa.privateKey)),
    ),
  ),
  ...CLAIMS.map(([name, text]) =>
    tokenAttack(`claims that are ${name}, signed by the issuer`, ['issuer key'], (target) =>
      forgeText(JSON.stringify(goodParts(target).header), text, rsa(needed(target.keys.issuer))),
    ),
  ),
]

/** Good tokens bent out of shape, and things that are no token at all. */
export const malformedTokens = expecting({ status: [400, 401] }, [
  ...signatures,
  ...dots,
  ...spellings,
  ...changedClaims,
  anotherSignature,
  ...contents,
])
