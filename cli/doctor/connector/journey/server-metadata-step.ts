import { z } from 'zod'
import { isHttpsOrLoopback } from '../../../../src/http/secure-url.js'
import { printable } from '../../../printable.js'
import { clientMetadataUrls } from '../../sign-in/authorization-server.js'
import { problem, type Problem } from '../problem.js'
import type { ProblemId } from '../problem-table.js'
import { readDocument, type DocumentState, type MetadataDocument } from '../walk/document.js'
import { arrive } from '../walk/redirects.js'
import { documentRequest } from '../walk/requests.js'
import { isVisible } from './cors.js'
import { originOf, type Course } from './course.js'
import { networkProblem } from './network-problem.js'

const METADATA = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  registration_endpoint: z.url().optional(),
  response_types_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
})

/** What an authorization server says of itself (RFC 8414 §2). */
export type ServerMetadata = z.infer<typeof METADATA>

const STEP = 'server_metadata'

/** Looks for the metadata of the authorization server `issuer` as the client does. */
export async function findServerMetadata(issuer: string, course: Course): Promise<ServerMetadata> {
  const { serverMetadata: rule } = course.profile
  const url = new URL(issuer)
  if (!isHttpsOrLoopback(url)) {
    const message = `The metadata sends clients to ${printable(issuer)}, which is no https URL.`
    return course.stop(problem('server_metadata.not_https', message))
  }
  const all = clientMetadataUrls(url).map((address) => new URL(address))
  for (const address of rule.addresses === 'all' ? all : all.slice(0, 1)) {
    const document = await documentAt(address, course)
    if (document.state === 'found') return parseMetadata(document, issuer, course)
    if (!goesOn(document, course)) return course.stop(await metadataProblem(all, course))
  }
  const missing = await metadataProblem(all, course)
  if (rule.without === 'stop') return course.stop(missing)
  course.guess(missing)
  return usualEndpoints(url, course)
}

/** What OpenID Connect Discovery 1.0 §3 requires beyond RFC 8414, at its addresses. */
function openidMembers({ pathname }: URL): readonly string[] {
  return pathname.includes('/.well-known/openid-configuration')
    ? ['jwks_uri', 'subject_types_supported', 'id_token_signing_alg_values_supported']
    : []
}

function goesOn({ state, status = 0 }: MetadataDocument, course: Course): boolean {
  const { serverMetadata: rule } = course.profile
  switch (state) {
    case 'not_found':
    case 'redirect':
      return true
    case 'unreachable':
    case 'refused':
      return rule.passesUnreachable
    case 'status':
      return rule.passesStatus.includes(status)
    case 'found':
    case 'not_json':
    case 'too_large':
    case 'unfinished':
      return false
  }
}

function parseMetadata(
  { members, url }: MetadataDocument,
  issuer: string,
  course: Course,
): ServerMetadata {
  const parsed = METADATA.safeParse(members)
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? 'something'
    const message = `${url.href} has metadata in which ${place} is missing or wrong.`
    return course.stop(problem('server_metadata.invalid', message))
  }
  const lacking = openidMembers(url).find((name) => members[name] === undefined)
  if (lacking !== undefined && course.profile.serverMetadata.openid === 'complete') {
    const message = `${url.href} has metadata without ${lacking}, which OpenID Connect Discovery requires.`
    course.stop(problem('server_metadata.invalid', message))
  }
  const { issuer: named } = parsed.data
  const isSame = named === issuer || `${named}/` === issuer
  if (!isSame) {
    const message = `The server sends clients to ${printable(issuer)}, and the metadata there names the issuer ${printable(named)}.`
    const foreign = problem('server_metadata.issuer', message)
    if (course.profile.serverMetadata.issuer === 'exact') course.stop(foreign)
    course.note(foreign)
  }
  return parsed.data
}

async function documentAt(address: URL, course: Course): Promise<MetadataDocument> {
  const { walk, profile } = course
  const origin = originOf(course)
  const arrival = await arrive(walk.visitor, documentRequest(address, origin), profile.redirects)
  const { outcome } = arrival
  if (origin !== undefined && outcome.kind === 'answer' && outcome.status === 200) {
    const message = `${address.href} does not allow pages of ${origin} to read the metadata.`
    if (!isVisible(outcome, origin)) course.stop(problem('cors.server_metadata', message))
  }
  return readDocument(address, arrival)
}

const BY_STATE: Readonly<
  Record<Exclude<DocumentState, 'found' | 'unreachable' | 'refused'>, ProblemId>
> = {
  not_found: 'server_metadata.not_found',
  status: 'server_metadata.status',
  redirect: 'server_metadata.redirect',
  not_json: 'server_metadata.not_json',
  too_large: 'server_metadata.too_large',
  unfinished: 'server_metadata.unfinished',
}

/** Why the metadata cannot be had, by all the addresses of it: the same for every client. */
async function metadataProblem(addresses: readonly URL[], course: Course): Promise<Problem> {
  const documents: MetadataDocument[] = []
  for (const address of addresses) documents.push(await documentAt(address, course))
  const seen = documents.map(({ text }) => text).join('; ')
  const bad = documents.find(({ state }) => state !== 'not_found' && state !== 'found')
  if (bad === undefined) {
    return documents.some(({ state }) => state === 'found')
      ? problem(
          'server_metadata.only_openid',
          `${seen}. Clients that know RFC 8414 alone do not find it.`,
        )
      : problem('server_metadata.not_found', `${seen}.`)
  }
  const { state, url } = bad
  if (state !== 'unreachable' && state !== 'refused' && state !== 'found') {
    return problem(BY_STATE[state], `${seen}.`)
  }
  const { outcome } = await arrive(
    course.walk.visitor,
    documentRequest(url, originOf(course)),
    course.profile.redirects,
  )
  return outcome.kind === 'answer'
    ? problem('server_metadata.unreachable', `${seen}.`)
    : networkProblem(outcome, url, { step: STEP, otherwise: 'server_metadata.unreachable' })
}

/** Without metadata, clients of the revision 2025-03-26 use these. Whether there is a registration is asked without registering. */
async function usualEndpoints(issuer: URL, course: Course): Promise<ServerMetadata> {
  const at = (path: string): URL => new URL(path, issuer)
  const registration = await course.walk.visitor.visit(documentRequest(at('/register')))
  const isThere =
    registration.kind === 'answer' && registration.status !== 404 && registration.status < 500
  return {
    issuer: issuer.href,
    authorization_endpoint: at('/authorize').href,
    token_endpoint: at('/token').href,
    response_types_supported: ['code'],
    ...(isThere ? { registration_endpoint: at('/register').href } : {}),
  }
}
