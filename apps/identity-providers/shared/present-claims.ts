import type { JWTPayload } from 'jose'

/** Leaves out what is `undefined`. */
export function presentClaims(claims: Readonly<Record<string, unknown>>): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}
