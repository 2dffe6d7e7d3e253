import { afterEach } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import type { TokenRequest } from '../helpers/test-issuer.js'
import { useWorld, type World } from './doctor-world.js'
import {
  allowSignIn,
  CODE,
  visitSignedIn,
  type AllowedSignIn,
  type SignedInDiagnosis,
} from './sign-in-support.js'

/** One world for the tests of a file, in which a person signs in. */
export interface SignInWorld {
  readonly world: World
  /** One run of the doctor with a sign-in that is right but for this; as a client that is given, unless `argv` is. */
  readonly visitWith: (
    allowed: AllowedSignIn,
    argv?: readonly string[],
    environment?: Environment,
  ) => Promise<SignedInDiagnosis>
  /** What a browser comes back with. */
  readonly right: () => Readonly<Record<string, string>>
  /** The requests that redeem a code; not the one by which the doctor probes the credentials of the server. */
  readonly redemptions: () => readonly TokenRequest[]
  readonly redeemedCodes: () => readonly (string | null)[]
}

export function useSignIn(): SignInWorld {
  const held: { world?: World } = {}
  const worldOf = (): World => {
    if (held.world === undefined) throw new Error('only within a test')
    return held.world
  }
  useWorld((world) => {
    held.world = world
  })
  afterEach(() => {
    worldOf().issuer.tokenRequests.length = 0
  })
  const redemptions = (): readonly TokenRequest[] =>
    worldOf().issuer.tokenRequests.filter(({ parameters }) => parameters.has('resource'))
  return {
    get world() {
      return worldOf()
    },
    visitWith: (allowed, argv, environment = {}) => {
      const openBrowser = allowSignIn(worldOf(), allowed)
      const changes = { environment, ...(argv === undefined ? {} : { argv }) }
      return visitSignedIn(worldOf(), { openBrowser }, changes)
    },
    right: () => ({ code: CODE, iss: worldOf().issuer.issuer }),
    redemptions,
    redeemedCodes: () => redemptions().map(({ parameters }) => parameters.get('code')),
  }
}
