import { problem } from '../problem.js'
import { arrive } from '../walk/redirects.js'
import { initializeRequest, listToolsRequest, type AcceptForm } from '../walk/requests.js'
import { rpcAnswer } from '../walk/rpc-answer.js'
import type { Answer } from '../walk/visit.js'
import { isVisible, mayPost } from './cors.js'
import { originOf, type Course } from './course.js'
import { endpointProblem } from './endpoint-problem.js'
import { networkProblem } from './network-problem.js'

/** What the endpoint is to somebody without a token. */
export type Welcome =
  /** 401: the client has to sign in. */
  | { readonly kind: 'sign_in'; readonly answer: Answer }
  /** Everybody may list the tools. */
  | { readonly kind: 'open' }

const STEP = 'endpoint'

/** Sends the first message as the client does, without a token. */
export async function askEndpoint(course: Course): Promise<Welcome> {
  const { profile, walk } = course
  const origin = originOf(course)
  if (origin !== undefined) await assertMayPost(course, origin)
  let welcome: Welcome | undefined
  for (const accept of profile.accepts) {
    const next = await askWith(accept, course)
    welcome ??= next
  }
  if (welcome === undefined) throw new Error('a profile without a form of Accept')
  if (origin !== undefined && welcome.kind === 'sign_in' && !isVisible(welcome.answer, origin)) {
    const message = `The 401 of ${walk.endpoint.href} does not allow pages of ${origin} to see it.`
    course.stop(problem('cors.endpoint', message))
  }
  return welcome
}

async function askWith(accept: AcceptForm, course: Course): Promise<Welcome> {
  const { profile, walk } = course
  const request = initializeRequest(walk.endpoint, { accept, origin: originOf(course) })
  const { outcome, leadsTo, url } = await arrive(walk.visitor, request, profile.redirects)
  if (outcome.kind !== 'answer') return course.stop(networkProblem(outcome, url, { step: STEP }))
  if (outcome.status === 401) return signIn(outcome, course)
  const opened = outcome.status < 300 ? rpcAnswer(outcome) : undefined
  if (opened?.result !== undefined) return listTools(outcome, course)
  const { found, usable } = await endpointProblem({ answer: outcome, leadsTo, accept, walk })
  if (usable !== 'by_legacy_transport' || !profile.legacyTransport) return course.stop(found)
  course.note(found)
  return { kind: 'open' }
}

function signIn(answer: Answer, course: Course): Welcome {
  if (answer.bodyState === 'unfinished') {
    const message = `The body of the 401 of ${course.walk.endpoint.href} does not end.`
    const unfinished = problem('challenge.body_unfinished', message)
    if (course.profile.readsRefusals) course.stop(unfinished)
    course.note(unfinished)
  }
  return { kind: 'sign_in', answer }
}

/** Some servers let everybody in and ask for a token later. */
async function listTools({ headers }: Answer, course: Course): Promise<Welcome> {
  const { endpoint, visitor } = course.walk
  const sessionId = headers.get('mcp-session-id') ?? undefined
  const request = listToolsRequest(endpoint, { sessionId })
  const outcome = await visitor.visit(request)
  if (sessionId !== undefined) {
    await visitor.visit({
      method: 'DELETE',
      url: endpoint,
      headers: { 'mcp-session-id': sessionId },
    })
  }
  if (outcome.kind !== 'answer') {
    return course.stop(networkProblem(outcome, endpoint, { step: 'tools' }))
  }
  if (outcome.status === 401) return signIn(outcome, course)
  if (rpcAnswer(outcome)?.result !== undefined) return { kind: 'open' }
  const message = `${endpoint.href} answers initialize without a token, and then tools/list with ${outcome.status}.`
  return course.stop(problem('tools.refused', message))
}

async function assertMayPost(course: Course, origin: string): Promise<void> {
  const { visitor, endpoint } = course.walk
  const headers = ['authorization', 'content-type', 'mcp-protocol-version']
  if (await mayPost(visitor, endpoint, { origin, headers })) return
  const message = `The answer of ${endpoint.href} to a preflight does not allow pages of ${origin} to POST with ${headers.join(', ')}.`
  course.stop(problem('cors.endpoint', message))
}
