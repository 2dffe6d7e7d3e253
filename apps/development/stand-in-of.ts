import type { Environment } from '../../src/config/config.js'
import { STAND_INS, type StandInName } from './stand-in-wiring.js'

/**
 * Which stand-in `IDENTITY_PROVIDER` asks for; `undefined` where the development authorization server will do, which answers
 * as Auth0 does. Throws where there is neither, and where a directory is given that a stand-in does not read.
 */
export function standInOf(environment: Environment): StandInName | undefined {
  const name = environment['IDENTITY_PROVIDER']?.trim() ?? ''
  const standIn = STAND_INS.find((one) => one === name)
  if (standIn === undefined) {
    if (NONE.has(name)) return undefined
    throw new Error(
      `IDENTITY_PROVIDER: there is no stand-in for ${JSON.stringify(name.slice(0, 40))}. With nothing else configured, it may be ${STAND_INS.join(', ')} or auth0.`,
    )
  }
  if ((environment['DEV_DIRECTORY']?.trim() ?? '') === '') return standIn
  throw new Error(
    `IDENTITY_PROVIDER=${standIn} and DEV_DIRECTORY are set: the stand-ins have users and clients of their own. Remove one of them.`,
  )
}

/** What the development authorization server serves. */
const NONE = new Set(['', 'auto', 'auth0', 'generic'])
