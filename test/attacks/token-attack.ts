import type { MintOptions } from '../helpers/test-issuer.js'
import { needed, type Attack, type Need, type Target } from './attack.js'
import { forge, goodParts, rsa, type TokenParts } from './forge.js'
import { sendRequest } from './send-request.js'

type Changing<T> = T | ((target: Target) => T)

/** A token that the issuer signed and that differs from a good one in header or claims alone. */
export function issued(name: string, changes: Changing<MintOptions>): Attack {
  return {
    name,
    needs: ['issuer key'],
    send: async (target) =>
      sendRequest(target, { token: await target.mint(resolve(changes, target)) }),
  }
}

/** As `issued`, for headers and claims that a library would refuse to sign. */
export function issuedAsIs(name: string, changes: Changing<Partial<TokenParts>>): Attack {
  return tokenAttack(name, ['issuer key'], (target) =>
    forge(goodParts(target, resolve(changes, target)), rsa(needed(target.keys.issuer))),
  )
}

/** A token made with nothing that the attacker could not have. */
export function forged(name: string, make: (target: Target) => string): Attack {
  return tokenAttack(name, [], make)
}

/** A token that is accepted, changed afterwards. */
export function mutated(name: string, change: (token: string, target: Target) => string): Attack {
  return {
    name,
    needs: ['good token'],
    send: async (target) =>
      sendRequest(target, { token: change(await target.goodToken(), target) }),
  }
}

export function tokenAttack(
  name: string,
  needs: readonly Need[],
  make: (target: Target) => string,
): Attack {
  return { name, needs, send: (target) => sendRequest(target, { token: make(target) }) }
}

function resolve<T extends object>(changes: Changing<T>, target: Target): T {
  return typeof changes === 'function' ? changes(target) : changes
}
