import type { Fetch } from '../../../../src/http/fetch-json.js'
import type { GuardedIo } from '../../../guarded-output.js'
import { createDiagnosis } from '../../diagnosis.js'
import type { Finding } from '../../finding.js'
import { GENERIC } from '../../providers/generic.js'
import type { ProtectedResource } from '../../server-check.js'
import { signIn } from '../../sign-in/sign-in.js'
import type { SignInOptions } from '../../sign-in/sign-in-options.js'
import type { Visitor } from '../walk/visitor.js'
import { callWithToken } from './bearer-calls.js'
import { judgeAudience } from './token-audience.js'

export interface SignedIn {
  readonly endpoint: URL
  readonly visitor: Visitor
  /** What the client that got farthest has learnt. */
  readonly resource: ProtectedResource
  readonly options: SignInOptions
  readonly tool: string | undefined
  readonly fetch: Fetch
  readonly io: GuardedIo
}

/** Signs the person at this machine in, and calls the server as that person. The token goes to the endpoint alone. */
export async function goOnSignedIn(way: SignedIn): Promise<readonly Finding[]> {
  const { resource, options, io, fetch } = way
  const diagnosis = createDiagnosis(() => undefined)
  const deployment = { fetch, clock: io.clock, provider: GENERIC }
  const token = await signIn({ resource, deployment, diagnosis, options, io })
  if (token === undefined) return diagnosis.findings
  return [
    ...diagnosis.findings,
    judgeAudience(token, resource.resource),
    ...(await callWithToken({ ...way, token })),
  ]
}
