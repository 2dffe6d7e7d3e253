import { expecting, needed, type Attack } from './attack.js'
import { forgeText, goodParts, nowSeconds, rsa } from './forge.js'
import { issued, issuedAsIs, tokenAttack } from './token-attack.js'

/** The most by which a server lets a token live longer, in seconds. */
const TOLERANCE_SECONDS = 5
const HOUR = 3_600

function at(name: string, claims: (now: number) => Readonly<Record<string, unknown>>): Attack {
  return issued(name, () => ({ claims: claims(nowSeconds()) }))
}

const expiry: readonly Attack[] = [
  at('exp exactly beyond the tolerance', (now) => ({ exp: now - TOLERANCE_SECONDS })),
  at('exp an hour ago', (now) => ({ exp: now - HOUR })),
  at('exp a fraction beyond the tolerance', (now) => ({ exp: now - TOLERANCE_SECONDS - 0.5 })),
  at('exp 0', () => ({ exp: 0 })),
  at('exp -1', () => ({ exp: -1 })),
  at('exp -1e308', () => ({ exp: -1e308 })),
  at('exp 5e-324', () => ({ exp: 5e-324 })),
  at('exp missing', () => ({ exp: undefined })),
  at('exp in the future as a string', (now) => ({ exp: `${now + HOUR}` })),
  at('exp as a date', (now) => ({ exp: new Date((now + HOUR) * 1_000).toISOString() })),
  at('exp null', () => ({ exp: null })),
  at('exp true', () => ({ exp: true })),
  at('exp "NaN"', () => ({ exp: 'NaN' })),
  at('exp "Infinity"', () => ({ exp: 'Infinity' })),
  at('exp in an array', (now) => ({ exp: [now + HOUR] })),
  at('exp in an object', (now) => ({ exp: { valueOf: now + HOUR } })),
]

/** Beyond what a date can be: a token for ever, that some code takes for infinity and some for NaN. */
const endlessExpiry: readonly Attack[] = ['1e308', '1e400', '8640000000001'].map((text) =>
  tokenAttack(`exp ${text}`, ['issuer key'], (target) => {
    const { header, claims } = goodParts(target, { claims: { exp: 0 } })
    return forgeText(
      JSON.stringify(header),
      JSON.stringify(claims).replace('"exp":0', `"exp":${text}`),
      rsa(needed(target.keys.issuer)),
    )
  }),
)

const others: readonly Attack[] = [
  at('nbf just beyond the tolerance', (now) => ({ nbf: now + TOLERANCE_SECONDS + 5 })),
  at('nbf in an hour', (now) => ({ nbf: now + HOUR })),
  at('nbf 1e308', () => ({ nbf: 1e308 })),
  at('nbf in the past as a string', (now) => ({ nbf: `${now - HOUR}` })),
  at('nbf null', () => ({ nbf: null })),
  at('iat as a string', (now) => ({ iat: `${now}` })),
  at('iat null', () => ({ iat: null })),
  at('exp in the past, nbf and iat in the future', (now) => ({
    exp: now - HOUR,
    nbf: now + HOUR,
    iat: now + HOUR,
  })),
  issuedAsIs('exp in the header instead of the claims', {
    header: { exp: nowSeconds() + HOUR },
    claims: { exp: undefined },
  }),
]

/** Tokens that the issuer signed and whose time is over, yet to come, or no time at all. */
export const times = expecting({ status: 401 }, [...expiry, ...endlessExpiry, ...others])
