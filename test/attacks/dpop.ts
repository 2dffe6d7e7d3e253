import { createHash, randomUUID } from 'node:crypto'
import { expecting, type Answer, type Attack, type Need, type Target } from './attack.js'
import {
  base64url,
  ecdsa,
  forge,
  hmac,
  nowSeconds,
  rsa,
  unsigned,
  type Members,
  type Signer,
} from './forge.js'
import { sendRequest, type RequestChanges } from './send-request.js'

interface ProofChanges {
  readonly header?: Members
  readonly claims?: Members
  readonly signer?: Signer
}

/** A good proof of possession of the attacker's EC key (RFC 9449 §4.2), but for the changes. */
export function proofFor(target: Target, token: string, changes: ProofChanges = {}): string {
  const { ec } = target.keys
  return forge(
    {
      header: { typ: 'dpop+jwt', alg: 'ES256', jwk: publicMembers(target), ...changes.header },
      claims: {
        jti: randomUUID(),
        htm: target.request.method,
        htu: target.endpoint.href,
        iat: nowSeconds(),
        ath: hash(token),
        ...changes.claims,
      },
    },
    changes.signer ?? ecdsa(ec.privateKey),
  )
}

/** A good token, bound to the attacker's EC key: it may be used with a proof and not without. */
export function boundToken(target: Target): Promise<string> {
  return target.mint({ claims: { cnf: { jkt: thumbprint(target) } } })
}

/** Uses a bound token with its proof. */
export function sendWithProof(
  target: Target,
  credentials: { readonly token: string; readonly proofs: readonly string[] },
  changes: RequestChanges = {},
): Promise<Answer> {
  const { token, proofs } = credentials
  const headers = proofs.map((proof) => ['DPoP', proof] as const)
  return sendRequest(target, { token, scheme: 'DPoP', headers, ...changes })
}

function publicMembers({ keys }: Target): Members {
  const { kty, crv, x, y } = keys.ec.jwk
  return { kty, crv, x, y }
}

function thumbprint({ keys }: Target): string {
  const { kty, crv, x, y } = keys.ec.jwk
  return hash(JSON.stringify({ crv, kty, x, y }))
}

function hash(text: string): string {
  return base64url(createHash('sha256').update(text).digest())
}

interface BoundUse {
  readonly target: Target
  readonly token: string
}

const NEEDS: readonly Need[] = ['issuer key']

function boundUse(name: string, use: (bound: BoundUse) => Promise<Answer>): Attack {
  return {
    name,
    needs: NEEDS,
    send: async (target) => use({ target, token: await boundToken(target) }),
  }
}

function badProof(
  name: string,
  changes: ProofChanges | ((bound: BoundUse) => ProofChanges),
): Attack {
  return boundUse(`a proof ${name}`, (bound) => {
    const { target, token } = bound
    const made = typeof changes === 'function' ? changes(bound) : changes
    return sendWithProof(target, { token, proofs: [proofFor(target, token, made)] })
  })
}

const wrongRequest: readonly Attack[] = [
  badProof('for another method', ({ target }) => ({
    claims: { htm: target.request.method === 'GET' ? 'POST' : 'GET' },
  })),
  badProof('for no method', { claims: { htm: undefined } }),
  badProof('for a list of methods', { claims: { htm: ['GET', 'POST'] } }),
  badProof('for another path', ({ target }) => ({ claims: { htu: `${target.endpoint.href}x` } })),
  badProof('for another host', ({ target }) => ({
    claims: { htu: `https://evil.example${target.endpoint.pathname}` },
  })),
  badProof('for another port', ({ target }) => ({
    claims: { htu: `http://${target.endpoint.hostname}:1${target.endpoint.pathname}` },
  })),
  badProof('for another scheme', ({ target }) => ({
    claims: { htu: target.endpoint.href.replace(/^http:/, 'https:') },
  })),
  badProof('for the path alone', ({ target }) => ({ claims: { htu: target.endpoint.pathname } })),
  badProof('for no URL', { claims: { htu: undefined } }),
  badProof('for another token', { claims: { ath: hash('another token') } }),
  badProof('for no token', { claims: { ath: undefined } }),
]

const wrongTime: readonly Attack[] = [
  badProof('that is six minutes old', () => ({ claims: { iat: nowSeconds() - 360 } })),
  badProof('from a minute ahead', () => ({ claims: { iat: nowSeconds() + 60 } })),
  badProof('without iat', { claims: { iat: undefined } }),
  badProof('with iat as a string', () => ({ claims: { iat: `${nowSeconds()}` } })),
  badProof('with iat 1e308', { claims: { iat: 1e308 } }),
  badProof('that has expired', () => ({ claims: { exp: nowSeconds() - 60 } })),
  badProof('without jti', { claims: { jti: undefined } }),
  badProof('with an empty jti', { claims: { jti: '' } }),
]

const wrongKey: readonly Attack[] = [
  badProof('of another key', ({ target: { keys } }) => ({
    header: { alg: 'RS256', jwk: { kty: keys.rsa.jwk.kty, n: keys.rsa.jwk.n, e: keys.rsa.jwk.e } },
    signer: rsa(keys.rsa.privateKey),
  })),
  badProof('with the right key in the header and the signature of another', ({ target }) => ({
    signer: rsa(target.keys.rsa.privateKey),
  })),
  badProof('without key', { header: { jwk: undefined } }),
  badProof('with the private key', ({ target }) => ({
    header: { jwk: target.keys.ec.privateKey.export({ format: 'jwk' }) },
  })),
  badProof('with a symmetric key', {
    header: { alg: 'HS256', jwk: { kty: 'oct', k: base64url('attacker') } },
    signer: hmac('attacker'),
  }),
  badProof('without signature', { header: { alg: 'none' }, signer: unsigned }),
  badProof('of typ JWT', { header: { typ: 'JWT' } }),
  badProof('without typ', { header: { typ: undefined } }),
  badProof('of the typ of access tokens', { header: { typ: 'at+jwt' } }),
  badProof('with a critical extension', { header: { crit: ['x'], x: 1 } }),
  badProof('with a jku instead of a key', ({ target }) => ({
    header: { jwk: undefined, jku: `${target.trap}/jwks` },
  })),
]

const wrongNumber: readonly Attack[] = [
  boundUse('a DPoP token without proof', ({ target, token }) =>
    sendWithProof(target, { token, proofs: [] }),
  ),
  boundUse('a DPoP token with an empty proof', ({ target, token }) =>
    sendWithProof(target, { token, proofs: [''] }),
  ),
  boundUse('a DPoP token with itself as the proof', ({ target, token }) =>
    sendWithProof(target, { token, proofs: [token] }),
  ),
  boundUse('a DPoP token with two proofs', ({ target, token }) =>
    sendWithProof(target, { token, proofs: [proofFor(target, token), proofFor(target, token)] }),
  ),
  boundUse('a DPoP token with two proofs in one header', ({ target, token }) => {
    const both = [proofFor(target, token), proofFor(target, token)].join(', ')
    return sendWithProof(target, { token, proofs: [both] })
  }),
  boundUse('a DPoP token and its proof under the scheme Bearer', ({ target, token }) =>
    sendWithProof(target, { token, proofs: [proofFor(target, token)] }, { scheme: 'Bearer' }),
  ),
  boundUse('a proof without token', ({ target, token }) =>
    sendRequest(target, { headers: [['DPoP', proofFor(target, token)]] }),
  ),
  {
    name: 'a plain bearer token under the scheme DPoP, with a proof',
    needs: ['good token'],
    send: async (target) => {
      const token = await target.goodToken()
      return sendWithProof(target, { token, proofs: [proofFor(target, token)] })
    },
  },
  {
    name: 'a plain bearer token with a proof',
    needs: ['good token'],
    send: async (target) => {
      const token = await target.goodToken()
      return sendWithProof(
        target,
        { token, proofs: [proofFor(target, token)] },
        { scheme: 'Bearer' },
      )
    },
  },
]

/** Uses a proof as is right, and then what an attacker makes of it. */
function replay(name: string, again: (proof: string, bound: BoundUse) => string): Attack {
  const attack = boundUse(name, async ({ target: server, token }) => {
    const target = { ...server, request: server.harmless }
    const proof = proofFor(target, token, { claims: { jti: 'the-same-for-all' + token.slice(-9) } })
    const first = await sendWithProof(target, { token, proofs: [proof] })
    if (first.status !== 200) throw new Error('the proof was not good in the first place')
    return sendWithProof(target, { token, proofs: [again(proof, { target, token })] })
  })
  return { ...attack, legitimateCalls: 1 }
}

const replays: readonly Attack[] = [
  replay('a proof that has been used', (proof) => proof),
  replay('a proof that has been used, with padding behind', (proof) => `${proof}==`),
  replay('a fresh proof with a used jti', (proof, { target, token }) => {
    const [, claims = ''] = proof.split('.')
    const { jti } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string }
    return proofFor(target, token, { claims: { jti } })
  }),
]

/** Bound tokens with proofs that are not theirs, or not for this request (RFC 9449 §4.3). */
export const dpop = expecting({ status: [400, 401] }, [
  ...wrongRequest,
  ...wrongTime,
  ...wrongKey,
  ...wrongNumber,
  ...replays,
])
