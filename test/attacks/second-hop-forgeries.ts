import { createHmac, createPublicKey, KeyObject, randomBytes, sign } from 'node:crypto'
import { CompactEncrypt, exportSPKI, type JWK } from 'jose'
import { API_AUDIENCE, claimsOf, mintExchanged } from '../helpers/exchange-answers.js'
import type { SigningKey, TestIssuer } from '../helpers/test-issuer.js'
import {
  handedOut,
  issued,
  rejectedAs,
  type SecondHop,
  type SecondHopAttack,
} from './second-hop-attack.js'

function keyOf(issuer: TestIssuer): SigningKey {
  const [key] = issuer.keys
  if (key === undefined) throw new Error('the issuer has no key')
  return key
}

/** The claims of a good token under another header, with whatever signature `signed` gives. */
async function forged(
  hop: SecondHop,
  header: object,
  signed: (signingInput: string) => Buffer,
): Promise<string> {
  const claims = claimsOf(await hop.mint())
  const encoded = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signingInput = encoded.join('.')
  return `${signingInput}.${signed(signingInput).toString('base64url')}`
}

/** A number as JSON has it and `JSON.stringify` does not write it. */
async function beyondAllBounds(hop: SecondHop, claim: string, value: string): Promise<string> {
  const claims = { ...(await hop.mint().then(claimsOf)), [claim]: undefined }
  const payload = `${JSON.stringify(claims).slice(0, -1)},"${claim}":${value}}`
  const header = JSON.stringify({ alg: 'RS256', kid: kidOf(hop), typ: 'at+jwt' })
  const signingInput = [header, payload]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
  const key = KeyObject.from(keyOf(hop.issuer).privateKey)
  return `${signingInput}.${sign('sha256', Buffer.from(signingInput), key).toString('base64url')}`
}

function pem(issuer: TestIssuer): Promise<string> {
  const key = createPublicKey({ key: { ...keyOf(issuer).jwk }, format: 'jwk' })
  return exportSPKI(key)
}

const kidOf = ({ issuer }: SecondHop): string => keyOf(issuer).kid
const publicMembers = ({ kty, n, e }: JWK): JWK => Object.fromEntries(Object.entries({ kty, n, e }))

export const signatureAttacks: readonly SecondHopAttack[] = [
  handedOut('a key that nobody publishes', rejectedAs('signature'), (hop) =>
    hop.mint({ key: hop.foreignKey }),
  ),
  handedOut('a foreign key under a known key id', rejectedAs('signature'), (hop) =>
    hop.mint({ key: hop.foreignKey, header: { kid: kidOf(hop) } }),
  ),
  handedOut('a foreign key without a key id', rejectedAs('signature'), (hop) =>
    hop.mint({ key: hop.foreignKey, header: { kid: undefined } }),
  ),
  handedOut('a foreign key that the token brings along', rejectedAs('signature'), (hop) =>
    hop.mint({
      key: hop.foreignKey,
      header: { jwk: publicMembers(hop.foreignKey.jwk), kid: undefined },
    }),
  ),
  handedOut('the signature of another token', rejectedAs('signature'), async (hop) => {
    const [header = '', claims = ''] = (await hop.mint()).split('.')
    const signature = (await hop.mint()).split('.')[2] ?? ''
    return `${header}.${claims}.${signature}`
  }),
  ...['none', 'None', ''].map((alg) =>
    handedOut(`alg ${JSON.stringify(alg)} and no signature`, rejectedAs('signature'), (hop) =>
      forged(hop, { alg, kid: kidOf(hop) }, () => Buffer.alloc(0)),
    ),
  ),
  handedOut('no signature under RS256', rejectedAs('signature'), (hop) =>
    forged(hop, { alg: 'RS256', kid: kidOf(hop) }, () => Buffer.alloc(0)),
  ),
  handedOut('HS256 with the public key as the secret', rejectedAs('signature'), async (hop) => {
    const secret = await pem(hop.issuer)
    return forged(hop, { alg: 'HS256', kid: kidOf(hop) }, (input) =>
      createHmac('sha256', secret).update(input).digest(),
    )
  }),
  handedOut("HS256 with our client's secret", rejectedAs('signature'), (hop) =>
    forged(hop, { alg: 'HS256' }, (input) =>
      createHmac('sha256', 'secret-of-the-mcp-server').update(input).digest(),
    ),
  ),
  handedOut('a critical header member that nobody knows', rejectedAs('signature'), (hop) => {
    const header = { alg: 'RS256', kid: kidOf(hop), crit: ['exp'], exp: 1 }
    const key = KeyObject.from(keyOf(hop.issuer).privateKey)
    return forged(hop, header, (input) => sign('sha256', Buffer.from(input), key))
  }),
]

export const issuerAttacks: readonly SecondHopAttack[] = [
  issued('the issuer: another', rejectedAs('issuer'), {
    claims: { iss: 'https://other.example/' },
  }),
  issued('the issuer: missing', rejectedAs('issuer'), { claims: { iss: undefined } }),
  handedOut('the issuer: without its trailing slash', rejectedAs('issuer'), (hop) =>
    hop.mint({ claims: { iss: hop.issuer.issuer.slice(0, -1) } }),
  ),
  handedOut('the issuer: in a list', rejectedAs('issuer'), (hop) =>
    hop.mint({ claims: { iss: [hop.issuer.issuer] } }),
  ),
  handedOut('the issuer: another that our own endpoint trusts', rejectedAs('issuer'), (hop) =>
    mintExchanged(hop.otherIssuer, hop.request),
  ),
  handedOut(
    'the issuer: ours by name, signed by another that we trust',
    rejectedAs('signature'),
    (hop) => mintExchanged(hop.otherIssuer, hop.request, { claims: { iss: hop.issuer.issuer } }),
  ),
  handedOut('the issuer: another by name, signed by ours', rejectedAs('issuer'), (hop) =>
    hop.mint({ claims: { iss: hop.otherIssuer.issuer } }),
  ),
]

async function encrypted({ issuer }: SecondHop): Promise<string> {
  const key = createPublicKey({ key: { ...keyOf(issuer).jwk }, format: 'jwk' })
  return new CompactEncrypt(Buffer.from(JSON.stringify({ aud: API_AUDIENCE })))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(key)
}

export const kindAttacks: readonly SecondHopAttack[] = [
  ...['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'id_token+jwt', 'at+jwt+x', ''].map((typ) =>
    issued(`a JWT of type ${JSON.stringify(typ)}`, rejectedAs('wrong_type'), { header: { typ } }),
  ),
  ...[5, null, ['at+jwt'], { typ: 'at+jwt' }, true].map((typ) =>
    handedOut(`[S16.5] a JWT of type ${JSON.stringify(typ)}`, rejectedAs('wrong_type'), (hop) => {
      const key = KeyObject.from(keyOf(hop.issuer).privateKey)
      return forged(hop, { alg: 'RS256', kid: kidOf(hop), typ }, (input) =>
        sign('sha256', Buffer.from(input), key),
      )
    }),
  ),
  ...['exp', 'nbf', 'iat'].flatMap((claim) =>
    ['1e999', '-1e999', '9e15'].map((value) =>
      handedOut(`[S16.5] ${claim}: ${value}`, rejectedAs('claim_malformed'), (hop) =>
        beyondAllBounds(hop, claim, value),
      ),
    ),
  ),
  handedOut('an opaque token', rejectedAs('opaque'), () => randomBytes(32).toString('base64url')),
  handedOut('an opaque token with one dot', rejectedAs('opaque'), () => 'ghp.0123456789abcdef'),
  handedOut('an encrypted token', rejectedAs('opaque'), encrypted),
  handedOut('three parts that are no JWT', rejectedAs('signature'), () => 'a.b.c'),
  handedOut('three parts of nothing', rejectedAs('signature'), () => '..'),
]
