import { createHash, randomUUID } from 'node:crypto'
import { compactVerify, exportJWK, generateKeyPair, SignJWT, type JWK, type JWTPayload } from 'jose'

type JwtHeader = Readonly<Record<string, string | undefined>>

/** The RS256 key of a stand-in. */
export interface SigningKey {
  readonly publicJwk: JWK
  /** `header` adds to the header or replaces; `undefined` takes away. */
  sign(claims: JWTPayload, header?: JwtHeader): Promise<string>
  /**
   * Signs a token that only its own API can verify, as Microsoft Graph's are: the header carries `nonce`, and the signature
   * is over a header with the hash of it.
   */
  signForOwnApi(claims: JWTPayload): Promise<string>
  /** Returns the claims of a token that this key signed; `undefined` for any other. Times are not checked. */
  verify(token: string): Promise<JWTPayload | undefined>
}

/** Makes a new key. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const kid = randomUUID()
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  const sign = (claims: JWTPayload, header: JwtHeader = {}): Promise<string> => {
    const members = Object.entries<string | undefined>({ typ: 'JWT', kid, ...header })
    const present = Object.fromEntries(members.filter(([, value]) => value !== undefined))
    return new SignJWT(claims).setProtectedHeader({ ...present, alg: 'RS256' }).sign(privateKey)
  }
  return {
    publicJwk,
    sign,
    async signForOwnApi(claims) {
      const nonce = randomUUID()
      const hashed = createHash('sha256').update(nonce).digest('base64url')
      const [, payload = '', signature = ''] = (await sign(claims, { nonce: hashed })).split('.')
      const header = JSON.stringify({ typ: 'JWT', nonce, alg: 'RS256', kid })
      return [Buffer.from(header).toString('base64url'), payload, signature].join('.')
    },
    async verify(token) {
      try {
        const { payload } = await compactVerify(token, publicKey, { algorithms: ['RS256'] })
        return JSON.parse(new TextDecoder().decode(payload)) as JWTPayload
      } catch {
        return undefined
      }
    },
  }
}
