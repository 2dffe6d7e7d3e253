import { printable } from '../../../printable.js'
import { problem, type Problem } from '../problem.js'
import type { ProblemId } from '../problem-table.js'
import {
  ACCEPT_FORMS,
  initializeRequest,
  OLDER_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  type AcceptForm,
} from '../walk/requests.js'
import { rpcAnswer } from '../walk/rpc-answer.js'
import type { Answer } from '../walk/visit.js'
import type { Walk } from './course.js'

export interface UnusableAnswer {
  readonly answer: Answer
  readonly leadsTo: URL | undefined
  readonly accept: AcceptForm
  readonly walk: Pick<Walk, 'endpoint' | 'visitor'>
}

interface Judged {
  readonly found: Problem
  /** Clients that still know the older transport can go on. */
  readonly usable?: 'by_legacy_transport'
}

const BY_STATUS: Readonly<Record<number, ProblemId>> = {
  403: 'endpoint.forbidden',
  404: 'endpoint.not_found',
  405: 'endpoint.method_not_allowed',
  429: 'endpoint.rate_limited',
}

/** What is wrong with an answer of the endpoint that is neither 401 nor an open door. Asks again in other forms, to tell causes apart. */
export async function endpointProblem(unusable: UnusableAnswer): Promise<Judged> {
  const { answer, leadsTo, accept, walk } = unusable
  const { status } = answer
  const at = walk.endpoint.href
  if (leadsTo !== undefined) {
    const target = printable(`${leadsTo.origin}${leadsTo.pathname}`)
    const message = `${at} answers POST with ${status}, a redirect to ${target}. Clients follow 307 and 308 within one origin, and nothing else.`
    return { found: problem('endpoint.redirect', message) }
  }
  if (status === 406) {
    const message = `${at} answers 406 to Accept: ${ACCEPT_FORMS[accept]}.`
    return { found: problem('endpoint.not_acceptable', message) }
  }
  if (status < 400) return { found: await withoutResult(unusable) }
  if (status === 400) return { found: await badRequest(unusable) }
  if ((status === 404 || status === 405) && (await isLegacy(walk))) {
    const message = `${at} answers POST with ${status}, and GET with an event stream: it speaks the older transport, HTTP with SSE, alone.`
    return { found: problem('endpoint.legacy_transport', message), usable: 'by_legacy_transport' }
  }
  const id =
    BY_STATUS[status] ?? (status >= 500 ? 'endpoint.server_error' : 'endpoint.unexpected_status')
  return { found: problem(id, `${at} answers a request without a token with ${status}.`) }
}

async function isLegacy({ visitor, endpoint }: UnusableAnswer['walk']): Promise<boolean> {
  const outcome = await visitor.visit({
    method: 'GET',
    url: endpoint,
    headers: { accept: ACCEPT_FORMS.event_stream },
  })
  return (
    outcome.kind === 'answer' &&
    outcome.status === 200 &&
    outcome.headers.get('content-type')?.startsWith('text/event-stream') === true
  )
}

/** A success that opens no session. */
async function withoutResult(unusable: UnusableAnswer): Promise<Problem> {
  const { answer, walk } = unusable
  const at = walk.endpoint.href
  const code = rpcAnswer(answer)?.errorCode
  if (code === undefined) {
    const type = printable(answer.headers.get('content-type') ?? 'no Content-Type')
    const message = `${at} answers initialize with ${answer.status} and something that is no MCP message (${type}).`
    return problem('endpoint.not_mcp', message)
  }
  return (
    (await versionProblem(unusable)) ??
    problem(
      'endpoint.unexpected_status',
      `${at} answers initialize with the JSON-RPC error ${code}.`,
    )
  )
}

async function badRequest(unusable: UnusableAnswer): Promise<Problem> {
  const { accept, walk } = unusable
  const { visitor, endpoint } = walk
  const sessionId = 'mcp-on-behalf-of-doctor'
  const inSession = await visitor.visit(initializeRequest(endpoint, { accept, sessionId }))
  if (inSession.kind === 'answer' && inSession.status !== 400) {
    const message = `${endpoint.href} answers initialize with 400, and with ${inSession.status} when the request names a session.`
    return problem('endpoint.session_required', message)
  }
  return (
    (await versionProblem(unusable)) ??
    problem('endpoint.unexpected_status', `${endpoint.href} answers initialize with 400.`)
  )
}

async function versionProblem({
  accept,
  walk,
  answer,
}: UnusableAnswer): Promise<Problem | undefined> {
  const { visitor, endpoint } = walk
  const protocolVersion = OLDER_PROTOCOL_VERSION
  const older = await visitor.visit(initializeRequest(endpoint, { accept, protocolVersion }))
  if (older.kind !== 'answer') return undefined
  const works = older.status === 401 || rpcAnswer(older)?.result !== undefined
  if (!works) return undefined
  const message = `${endpoint.href} refuses initialize in the revision ${PROTOCOL_VERSION} (${answer.status}), and takes it in ${protocolVersion}.`
  return problem('endpoint.protocol_version', message)
}
