import type { JWTPayload } from 'jose'
import { ALL_SCOPES, LIFETIME_SECONDS, REFUSED_USER, SERVER_AUDIENCE } from '../world.js'

/** A token is replaced when so much of its life is over, as clients with a refresh token do it. */
const RENEWED_AFTER_MS = LIFETIME_SECONDS * 650
/** A user is here for so long at most; then another one comes. */
const LONGEST_STAY_MS = 300_000

/** What a user's token allows. */
export type TokenKind = 'all' | 'old' | 'narrow' | 'forbidden' | 'expired' | 'elsewhere'

interface KeptToken {
  readonly token: Promise<string>
  readonly renewAtMs: number
}

/** One user, with an address of its own and tokens that are renewed before they expire. */
export class User {
  readonly subject: string
  readonly address: string
  readonly leavesAtMs: number
  readonly #mint: Mint
  readonly #tokens = new Map<TokenKind, KeptToken>()

  constructor(number: number, { mint, prefix = 'user-' }: { mint: Mint; prefix?: string }) {
    this.#mint = mint
    this.subject = `${prefix}${number}`
    this.address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
    this.leavesAtMs = Date.now() + LONGEST_STAY_MS * (0.2 + 0.8 * Math.random())
  }

  token(kind: TokenKind = 'all'): Promise<string> {
    const kept = this.#tokens.get(kind)
    if (kept !== undefined && Date.now() < kept.renewAtMs) return kept.token
    const token = this.#mint(this.#claimsOf(kind))
    this.#tokens.set(kind, { token, renewAtMs: Date.now() + RENEWED_AFTER_MS })
    return token
  }

  #claimsOf(kind: TokenKind): JWTPayload {
    const claims = {
      sub: this.subject,
      aud: SERVER_AUDIENCE,
      scope: ALL_SCOPES.join(' '),
      client_id: 'soak-client',
    }
    const nowSeconds = Math.floor(Date.now() / 1_000)
    switch (kind) {
      case 'all':
        return claims
      case 'old':
        return { ...claims, iat: nowSeconds - 3_600 }
      case 'narrow':
        return { ...claims, scope: 'tool:whoami' }
      case 'forbidden':
        return { ...claims, permissions: ['tool:whoami'] }
      case 'expired':
        return { ...claims, iat: nowSeconds - 600, exp: nowSeconds - 300 }
      case 'elsewhere':
        return { ...claims, aud: 'https://elsewhere.example/' }
    }
  }
}

type Mint = (claims: JWTPayload) => Promise<string>

/** A number of users that stays the same, though users come and go. */
export class Users {
  readonly #mint: Mint
  readonly #present: User[]
  #came = 0

  constructor(count: number, issuer: string) {
    this.#mint = mintAt(issuer)
    this.#present = Array.from({ length: count }, () => this.#next())
  }

  /** How many there have been. */
  get came(): number {
    return this.#came
  }

  any(): User {
    const place = Math.floor(Math.random() * this.#present.length)
    let user = this.#present[place]
    if (user === undefined || user.leavesAtMs < Date.now()) {
      user = this.#next()
      this.#present[place] = user
    }
    return user
  }

  /** A user who comes once, and whose exchanges the authorization server refuses. */
  refused(): User {
    this.#came += 1
    return new User(this.#came, { mint: this.#mint, prefix: REFUSED_USER })
  }

  #next(): User {
    this.#came += 1
    return new User(this.#came, { mint: this.#mint })
  }
}

function mintAt(issuer: string): Mint {
  return async (claims) => {
    const answer = await fetch(`${issuer}/mint`, { method: 'POST', body: JSON.stringify(claims) })
    return ((await answer.json()) as { readonly token: string }).token
  }
}
