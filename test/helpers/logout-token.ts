import { randomUUID } from 'node:crypto'
import type { MintOptions } from './test-issuer.js'
import type { TestIssuer } from './test-issuer.js'

export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** A client through which users sign in. */
export const APP = 'some-client'

/** Signs a good logout token, as changed by `options`. */
export function mintLogout(
  issuer: TestIssuer,
  { claims, header, key }: MintOptions = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000)
  return issuer.mint(APP, {
    claims: {
      ...{ scope: undefined, client_id: undefined, exp: now + 120, jti: randomUUID() },
      ...{ events: { [LOGOUT_EVENT]: {} }, sub: undefined },
      ...claims,
    },
    header: { typ: 'logout+jwt', ...header },
    ...(key === undefined ? {} : { key }),
  })
}

/** Sends a logout token as an authorization server does. */
export function postLogout(
  { origin, headers }: { readonly origin: string; readonly headers?: Record<string, string> },
  token: string,
): Promise<Response> {
  return fetch(new URL('/backchannel-logout', origin), {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
    ...(headers === undefined ? {} : { headers }),
  })
}

/** Signs out whom `claims` name. */
export async function sendLogout(
  { origin, issuer }: { readonly origin: string; readonly issuer: TestIssuer },
  claims: Readonly<Record<string, unknown>>,
): Promise<number> {
  return (await postLogout({ origin }, await mintLogout(issuer, { claims }))).status
}
