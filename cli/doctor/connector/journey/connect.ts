import { parseScope } from '../../../../src/scopes.js'
import { ClientStopped, problem, type Problem } from '../problem.js'
import type { ProtectedResource } from '../../server-check.js'
import type { ClientProfile } from '../profiles/client-profile.js'
import { openAuthorization } from './authorization-step.js'
import { readChallenge } from './challenge-step.js'
import { createCourse, type Course, type Walk } from './course.js'
import { askEndpoint } from './endpoint-step.js'
import { becomeClient } from './registration-step.js'
import { compareResource } from './resource-step.js'
import { findResourceMetadata, type FoundMetadata } from './resource-metadata-step.js'
import { findServerMetadata } from './server-metadata-step.js'
import { checkScopes, checkServer } from './server-step.js'
import { probeTokenEndpoint } from './token-step.js'

/** How a client gets on. */
export type ClientVerdict =
  /** It reaches the sign-in page, as far as that was tried. */
  | 'connects'
  /** It connects, and then lacks something. */
  | 'limited'
  | 'no_sign_in_needed'
  | 'fails'

export interface ClientReport {
  readonly profile: ClientProfile
  readonly verdict: ClientVerdict
  /** Only with `fails`: where it ends, and why. */
  readonly stopped: Problem | undefined
  /** What it goes round, or lacks. */
  readonly noted: readonly Problem[]
  /** Whether a client was known, so that the sign-in page was really seen. */
  readonly sawPage: boolean
  /** With what it would sign in; only where it gets that far. */
  readonly resource: ProtectedResource | undefined
}

/** Goes the way of one client, up to the sign-in page. Sends no request twice that another client has sent already. */
export async function connectAs(profile: ClientProfile, walk: Walk): Promise<ClientReport> {
  const course = createCourse(profile, walk)
  const ended = { profile, stopped: undefined, sawPage: false, resource: undefined }
  try {
    const way = await signInOf(course)
    const { noted } = course
    if (way === 'open') return { ...ended, noted, verdict: 'no_sign_in_needed' }
    const lacks = noted.some(({ id }) => id === 'server.scopes')
    return { ...ended, ...way, noted, verdict: lacks ? 'limited' : 'connects' }
  } catch (error) {
    if (!(error instanceof ClientStopped)) throw error
    const stopped = error.problem
    const noted = course.noted.filter(({ id }) => id !== stopped.id)
    return { ...ended, noted, verdict: 'fails', stopped }
  }
}

async function signInOf(
  course: Course,
): Promise<'open' | Pick<ClientReport, 'sawPage' | 'resource'>> {
  const welcome = await askEndpoint(course)
  if (welcome.kind === 'open') return 'open'
  const challenge = readChallenge(welcome.answer, course)
  const found = await findResourceMetadata(challenge, course)
  // The SDK's clients compare after they have read the authorization server's metadata.
  const comparesFirst = course.profile.resource === 'exact'
  if (found !== undefined && comparesFirst) compareResource(found, course)
  const issuer = issuerOf(found, course)
  const metadata = await findServerMetadata(issuer, course)
  if (found !== undefined && !comparesFirst) compareResource(found, course)
  const named = found?.metadata.scopes_supported ?? []
  const scopes = challenge.scope === undefined ? named : parseScope(challenge.scope)
  checkScopes(scopes, metadata, course)
  const clientId = await becomeClient(metadata, course)
  checkServer(metadata, course)
  const request = {
    ...{ metadata, clientId, resource: found?.metadata.resource },
    scope: scopes.length === 0 ? undefined : scopes.join(' '),
  }
  const seen = await openAuthorization(request, course)
  await probeTokenEndpoint(metadata, course)
  const resource = found?.metadata.resource ?? course.walk.endpoint.href
  return {
    sawPage: seen === 'page',
    resource: { resource, authorizationServers: [issuer], scopes },
  }
}

/** Clients go to the first authorization server; without one, to the origin of the endpoint (MCP, revision 2025-03-26). */
function issuerOf(found: FoundMetadata | undefined, course: Course): string {
  const [issuer] = found?.metadata.authorization_servers ?? []
  if (issuer !== undefined) return issuer
  const { endpoint } = course.walk
  if (found !== undefined) {
    const message = `The metadata at ${found.address.href} names no authorization server.`
    const missing = problem('metadata.no_authorization_server', message)
    if (course.profile.resourceMetadata.without === 'stop') course.stop(missing)
    course.guess(missing)
  }
  return `${endpoint.origin}/`
}
