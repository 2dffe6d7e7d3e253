import { deflateRawSync } from 'node:zlib'
import { expecting, needed, type Attack } from './attack.js'
import { forge, forgeText, goodParts, hmac, rsa, type Members } from './forge.js'
import { forged, issued, issuedAsIs, tokenAttack } from './token-attack.js'

const CRITICAL: readonly (readonly [string, Members])[] = [
  ['an extension nobody knows', { crit: ['urn:example:unknown'], 'urn:example:unknown': true }],
  ['an extension that is not there', { crit: ['urn:example:unknown'] }],
  ['an empty list', { crit: [] }],
  ['no list', { crit: 'b64', b64: true }],
  ['a registered member', { crit: ['alg'] }],
  ['a member of every object', { crit: ['toString'] }],
  ['__proto__', { crit: ['__proto__'] }],
  ['numbers', { crit: [1] }],
  ['null', { crit: null }],
  ['exp', { crit: ['exp'], exp: Math.floor(Date.now() / 1_000) + 600 }],
  ['a line break', { crit: ['x\r\nX-Injected: yes'], 'x\r\nX-Injected: yes': true }],
  ['letters beyond Latin-1', { crit: ['\u0416'], '\u0416': true }],
]

const critical: readonly Attack[] = CRITICAL.map(([name, header]) =>
  issuedAsIs(`crit with ${name}`, { header }),
)

const encodings: readonly Attack[] = [
  issuedAsIs('b64 false and critical, the claims encoded all the same', {
    header: { b64: false, crit: ['b64'] },
  }),
  tokenAttack('zip, with compressed claims', ['issuer key'], (target) => {
    const { header, claims } = goodParts(target, { header: { zip: 'DEF' } })
    const compressed = deflateRawSync(JSON.stringify(claims))
    return forgeText(JSON.stringify(header), compressed, rsa(needed(target.keys.issuer)))
  }),
  tokenAttack('cty JWT, with a token inside the token', ['issuer key'], (target) => {
    const signer = rsa(needed(target.keys.issuer))
    const inner = forge(goodParts(target), signer)
    const { header } = goodParts(target, { header: { cty: 'JWT' } })
    return forgeText(JSON.stringify(header), inner, signer)
  }),
]

const KEY_IDS: readonly (readonly [string, unknown])[] = [
  ['a path upwards', '../../../../../../dev/null'],
  ['a path upwards, percent-encoded', '..%2f..%2f..%2fdev%2fnull'],
  ['an absolute path', '/proc/self/environ'],
  ['a file URL', 'file:///etc/passwd'],
  ['SQL', "' UNION SELECT 'secret' --"],
  ['a shell command', '$(id)|`id`;id'],
  ['a template', '{{7*7}}${7*7}<%= 7*7 %>'],
  ['nothing', ''],
  ['8 KiB', 'k'.repeat(8_192)],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['a line break', 'a\r\nX-Injected: yes'],
  ['an unknown id', 'no-such-key'],
]

const issuedUnderKeyIds: readonly Attack[] = [
  ...KEY_IDS.map(([name, kid]) => issued(`kid with ${name}`, { header: { kid } })),
  issued("kid with a URL of the attacker's", ({ trap }) => ({ header: { kid: `${trap}/jwks` } })),
  issued('kid with a NUL behind the known one', ({ keys }) => ({
    header: { kid: `${keys.kid}\0` },
  })),
  issued('kid with a space behind the known one', ({ keys }) => ({
    header: { kid: `${keys.kid} ` },
  })),
  issued('kid a number', { header: { kid: 0 } }),
  issued('kid an array', ({ keys }) => ({ header: { kid: [keys.kid] } })),
  issued('kid in upper case', ({ keys }) => ({ header: { kid: keys.kid.toUpperCase() } })),
]

/** With no key found, a careless verifier computes with an empty one, as from `/dev/null`. */
const hmacUnderKeyIds: readonly Attack[] = [
  ...KEY_IDS.map(([name, kid]) =>
    forged(`HS256 with an empty secret, kid with ${name}`, (target) =>
      forge(goodParts(target, { header: { alg: 'HS256', kid } }), hmac('')),
    ),
  ),
  ...[
    ['a number', 0],
    ['an array', ['a']],
    ['an object', { toString: 'a' }],
    ['null', null],
    ['true', true],
  ].map(([name, kid]) =>
    forged(`RS256 with a key of the attacker's, kid ${String(name)}`, (target) =>
      forge(goodParts(target, { header: { kid } }), rsa(target.keys.rsa.privateKey)),
    ),
  ),
]

/** Header members that change how a token is read, and key ids that are more than a name. */
export const headerMembers = expecting({ status: 401 }, [
  ...critical,
  ...encodings,
  ...issuedUnderKeyIds,
  ...hmacUnderKeyIds,
])
