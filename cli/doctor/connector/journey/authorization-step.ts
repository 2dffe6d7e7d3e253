import { createHash } from 'node:crypto'
import { scrub } from '../../../../src/logging/scrub.js'
import { printable } from '../../../printable.js'
import { problem, type Problem } from '../problem.js'
import { documentRequest } from '../walk/requests.js'
import { REDIRECT_URI } from '../walk/registrar.js'
import { openSignInPage, type SignInPage } from '../walk/sign-in-page.js'
import type { Course } from './course.js'
import { networkProblem } from './network-problem.js'
import type { ClientId } from './registration-step.js'
import type { ServerMetadata } from './server-metadata-step.js'

/** What a client puts into its authorization request. */
export interface SignInRequest {
  readonly metadata: ServerMetadata
  readonly clientId: ClientId
  readonly resource: string | undefined
  readonly scope: string | undefined
}

/** Stands in where no client was registered: nobody has this id. */
export const UNKNOWN_CLIENT = 'mcp-on-behalf-of-doctor'
const VERIFIER = 'mcp-on-behalf-of-doctor-mcp-on-behalf-of-doctor'
/** "The resource principal named in the scopes is not that of the parameter resource", and what came before it. */
const ENTRA_PAIR = new Set(['AADSTS9010010', 'AADSTS901002'])

/** How far an authorization request got. */
export type PageSeen = 'page' | 'not_told'

/**
 * Opens the sign-in page. Without a client, only what does not depend on it is a problem: the authorization server may refuse
 * the unknown one.
 */
export async function openAuthorization(request: SignInRequest, course: Course): Promise<PageSeen> {
  const page = await pageOf(request, course)
  const stopped = await problemOf(page, request, course)
  if (stopped !== undefined) course.stop(stopped)
  return page.kind === 'page' && request.clientId !== undefined ? 'page' : 'not_told'
}

async function pageOf(request: SignInRequest, { walk }: Course): Promise<SignInPage> {
  const { metadata, clientId, resource, scope } = request
  const url = new URL(metadata.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: clientId ?? UNKNOWN_CLIENT,
    redirect_uri: REDIRECT_URI,
    state: UNKNOWN_CLIENT,
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    scope,
    resource,
  }
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return openSignInPage(walk.visitor, url, REDIRECT_URI)
}

async function problemOf(
  page: SignInPage,
  request: SignInRequest,
  course: Course,
): Promise<Problem | undefined> {
  const at = request.metadata.authorization_endpoint
  switch (page.kind) {
    case 'unanswered':
      // Not called, and what is wrong with it has been said.
      if (page.outcome.kind === 'refused' && page.outcome.reason === 'not_https') return undefined
      return networkProblem(page.outcome, page.url, {
        step: 'authorization',
        otherwise: 'authorization.unreachable',
      })
    case 'loop':
      return problem(
        'authorization.redirect_loop',
        `${at} leads from redirect to redirect, and to no page.`,
      )
    case 'page':
      return entraPair(page.entraCodes, request)
    case 'answered':
      return refusal(page.error, request, course)
    case 'refused':
      return entraPair(page.entraCodes, request) ?? refusedPage(page.status, request, course)
  }
}

/** `undefined` where Entra says nothing of the pair. */
function entraPair(
  codes: readonly string[],
  { resource, scope }: SignInRequest,
): Problem | undefined {
  if (!codes.some((code) => ENTRA_PAIR.has(code))) return undefined
  const message = `Entra refuses the pair of resource ${printable(resource)} and scope ${printable(scope)} (${codes.join(', ')}).`
  return problem('authorization.resource_and_scope', message)
}

async function refusedPage(
  status: number,
  request: SignInRequest,
  course: Course,
): Promise<Problem | undefined> {
  const at = request.metadata.authorization_endpoint
  if (status === 404 || status === 405) {
    const bare = await course.walk.visitor.visit(documentRequest(new URL(at)))
    return bare.kind === 'answer' && bare.status === status
      ? problem('authorization.not_found', `${at} answers ${status}.`)
      : undefined
  }
  if (status < 500) return refusal(String(status), request, course)
  return request.clientId === undefined
    ? undefined
    : problem('authorization.server_error', `${at} answers ${status}.`)
}

/** Asks again without `resource`, to find out whether that is the cause. */
async function refusal(
  said: string,
  request: SignInRequest,
  course: Course,
): Promise<Problem | undefined> {
  const at = request.metadata.authorization_endpoint
  const word = printable(scrub(said, 60) ?? 'no error')
  if (request.resource !== undefined) {
    const without = await pageOf({ ...request, resource: undefined }, course)
    if (without.kind === 'page' || said === 'invalid_target') {
      const message = `${at} refuses the request with resource=${printable(request.resource)} (${word}), and takes it without.`
      return problem('authorization.resource_refused', message)
    }
  }
  return request.clientId === undefined
    ? undefined
    : problem('authorization.refused', `${at} refuses the authorization request (${word}).`)
}
