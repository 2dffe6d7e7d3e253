import { expecting, needed, type Attack } from './attack.js'
import {
  ecdsa,
  eddsa,
  encodingsOf,
  forge,
  forgeText,
  goodParts,
  hmac,
  pss,
  PUBLIC_KEY_ENCODINGS,
  rsa,
  unsigned,
} from './forge.js'
import { forged, issuedAsIs, tokenAttack } from './token-attack.js'

const SIZES = [256, 384, 512] as const

const withoutSignature: readonly Attack[] = ['none', 'None', 'NONE', 'nOnE', 'none ', ''].map(
  (alg) =>
    forged(`alg ${JSON.stringify(alg)} and no signature`, (target) =>
      forge(goodParts(target, { header: { alg } }), unsigned),
    ),
)

const ODD_ALGORITHMS: readonly (readonly [string, unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['a number', 256],
  ['an array', ['RS256']],
  ['an object', { RS256: true }],
  ['true', true],
]

const oddAlgorithms: readonly Attack[] = ODD_ALGORITHMS.map(([name, alg]) =>
  issuedAsIs(`alg ${name}, signed by the issuer`, { header: { alg } }),
)

const misspelt: readonly Attack[] = [
  'rs256',
  'RS256 ',
  'RSA-SHA256',
  'RS256,HS256',
  '__proto__',
  'toString',
].map((alg) => issuedAsIs(`alg ${JSON.stringify(alg)}, signed by the issuer`, { header: { alg } }))

/** These break out of the header in which a careless server quotes them. */
const unprintable: readonly Attack[] = [
  ['a line break', 'RS256\r\nX-Injected: yes'],
  ['a quote', 'RS256", error="none'],
  ['full-width letters', '\uff32\uff33256'],
  ['a NUL', 'RS256\u0000'],
].map(([name, alg]) =>
  forged(`alg with ${String(name)}`, (target) =>
    forge(goodParts(target, { header: { alg } }), rsa(target.keys.rsa.privateKey)),
  ),
)

const symmetric: readonly Attack[] = [
  ...SIZES.flatMap((bits) =>
    PUBLIC_KEY_ENCODINGS.map((encoding) =>
      tokenAttack(
        `HS${bits} with the issuer's public key, ${encoding}, as the secret`,
        ['public key'],
        (target) =>
          forge(
            goodParts(target, { header: { alg: `HS${bits}` } }),
            hmac(encodingsOf(needed(target.keys.published))[encoding] ?? '', bits),
          ),
      ),
    ),
  ),
  ...['', 'secret', '\0'].map((secret) =>
    forged(`HS256 with the secret ${JSON.stringify(secret)}`, (target) =>
      forge(goodParts(target, { header: { alg: 'HS256' } }), hmac(secret)),
    ),
  ),
  forged('HS256 with the key id as the secret', (target) =>
    forge(goodParts(target, { header: { alg: 'HS256' } }), hmac(target.keys.kid)),
  ),
]

/** The right key, but not as the server was told to use it. */
const otherAlgorithmsOfTheIssuer: readonly Attack[] = [
  ...([384, 512] as const).map((bits) =>
    tokenAttack(`RS${bits} with the issuer's key`, ['issuer key'], (target) =>
      forge(
        goodParts(target, { header: { alg: `RS${bits}` } }),
        rsa(needed(target.keys.issuer), bits),
      ),
    ),
  ),
  ...SIZES.map((bits) =>
    tokenAttack(`PS${bits} with the issuer's key`, ['issuer key'], (target) =>
      forge(
        goodParts(target, { header: { alg: `PS${bits}` } }),
        pss(needed(target.keys.issuer), bits),
      ),
    ),
  ),
  tokenAttack("RS256 in the header, a PSS signature of the issuer's key", ['issuer key'], (t) =>
    forge(goodParts(t), pss(needed(t.keys.issuer))),
  ),
]

const ownKeys: readonly Attack[] = [
  forged("RS256 with a key of the attacker's, under the issuer's key id", (target) =>
    forge(goodParts(target), rsa(target.keys.rsa.privateKey)),
  ),
  forged("RS256 with a key of the attacker's, without key id", (target) =>
    forge(goodParts(target, { header: { kid: undefined } }), rsa(target.keys.rsa.privateKey)),
  ),
  forged("PS256 with a key of the attacker's", (target) =>
    forge(goodParts(target, { header: { alg: 'PS256' } }), pss(target.keys.rsa.privateKey)),
  ),
  forged("ES256 with a key of the attacker's", (target) =>
    forge(goodParts(target, { header: { alg: 'ES256' } }), ecdsa(target.keys.ec.privateKey)),
  ),
  forged("EdDSA with a key of the attacker's", (target) =>
    forge(goodParts(target, { header: { alg: 'EdDSA' } }), eddsa(target.keys.ed.privateKey)),
  ),
]

const blankSignatures: readonly Attack[] = [
  ['ES256', 64, 0],
  ['ES256K', 64, 0],
  ['RS256', 256, 0],
  ['RS256', 256, 255],
  ['EdDSA', 64, 0],
].map(([alg, length, byte]) =>
  forged(`${String(alg)} with a signature of ${String(length)} bytes ${String(byte)}`, (target) =>
    forge(goodParts(target, { header: { alg } }), () =>
      new Uint8Array(Number(length)).fill(Number(byte)),
    ),
  ),
)

const doubledMembers: readonly Attack[] = [
  forged('alg twice in the header, none first', (target) =>
    forgeText(
      `{"alg":"none","alg":"RS256","kid":"${target.keys.kid}"}`,
      JSON.stringify(goodParts(target).claims),
      unsigned,
    ),
  ),
  forged('alg twice in the header, none last', (target) =>
    forgeText(
      `{"alg":"RS256","kid":"${target.keys.kid}","alg":"none"}`,
      JSON.stringify(goodParts(target).claims),
      unsigned,
    ),
  ),
]

/** Every way to make a server check a signature with the wrong algorithm or the wrong key. */
export const algorithms = expecting({ status: 401 }, [
  ...withoutSignature,
  ...oddAlgorithms,
  ...misspelt,
  ...unprintable,
  ...symmetric,
  ...otherAlgorithmsOfTheIssuer,
  ...ownKeys,
  ...blankSignatures,
  ...doubledMembers,
])
