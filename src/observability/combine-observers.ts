import { OnBehalfOfError } from '../failures/errors.js'
import { warnProcess } from '../logging/process-warning.js'
import type { Observer } from './observer.js'

type Member = keyof Observer

/** The names of all that an observer may want to know. */
export const OBSERVER_MEMBERS = Object.keys({
  requestStarted: true,
  tokenVerified: true,
  callStarted: true,
  policyDecided: true,
  exchangeEnded: true,
  apiCallStarted: true,
  apiCallEnded: true,
  callEnded: true,
  auditDropped: true,
  requestEnded: true,
  cacheLookedUp: true,
  tokenRequestEnded: true,
  turnWaited: true,
  exchangeGuardChanged: true,
  storeUsed: true,
  storeChanged: true,
  signOutReceived: true,
} satisfies Record<Member, true>) as readonly Member[]

/**
 * Several observers as one; `undefined` where there are none. A member that no observer has is absent, so that nothing is
 * prepared for it.
 *
 * What an observer throws, or rejects with, does not reach the request, but for an `OnBehalfOfError` of `callStarted`: it is thrown on after
 * all observers have been called. The first other failure is reported as a warning of the process.
 */
export function combineObservers(
  observers: readonly (Observer | undefined)[],
): Observer | undefined {
  const given = observers.filter((observer) => observer !== undefined)
  if (given.length === 0) return undefined
  const members = OBSERVER_MEMBERS.flatMap((member) => {
    const having = given.filter((observer) => observer[member] !== undefined)
    return having.length === 0 ? [] : [[member, tellAll(having, member)] as const]
  })
  return Object.fromEntries(members)
}

function tellAll(observers: readonly Observer[], member: Member): (event: never) => void {
  return (event) => {
    let refusal: OnBehalfOfError | undefined
    for (const observer of observers) {
      try {
        // An observer may be asynchronous, whatever its type says.
        const told: unknown = observer[member]?.(event)
        if (told instanceof Promise) told.catch(reportFailure)
      } catch (error) {
        if (member === 'callStarted' && error instanceof OnBehalfOfError) refusal ??= error
        else reportFailure()
      }
    }
    if (refusal !== undefined) throw refusal
  }
}

function reportFailure(): void {
  warnProcess(FAILED, 'MCP_ON_BEHALF_OF_OBSERVER')
}

const FAILED = 'An observer of mcp-on-behalf-of failed: what it should have seen is lost.'
