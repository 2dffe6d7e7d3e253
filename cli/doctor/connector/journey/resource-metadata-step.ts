import { z } from 'zod'
import { problem, type Problem } from '../problem.js'
import type { ProblemId } from '../problem-table.js'
import { arrive } from '../walk/redirects.js'
import { documentRequest } from '../walk/requests.js'
import { readDocument, type DocumentState, type MetadataDocument } from '../walk/document.js'
import type { Challenge } from './challenge-step.js'
import { isVisible } from './cors.js'
import { originOf, type Course } from './course.js'
import { networkProblem } from './network-problem.js'

const METADATA = z.looseObject({
  resource: z.url(),
  authorization_servers: z.array(z.url()).optional(),
  scopes_supported: z.array(z.string()).optional(),
})

/** What a server says of itself (RFC 9728 §2). */
export type ResourceMetadata = z.infer<typeof METADATA>

/** The metadata, and where it was. */
export interface FoundMetadata {
  readonly metadata: ResourceMetadata
  readonly address: URL
  /** Whether the challenge named the address. */
  readonly fromChallenge: boolean
}

const STEP = 'resource_metadata'

/** Looks for the server's metadata as the client does. `undefined` where it goes on without. */
export async function findResourceMetadata(
  challenge: Challenge,
  course: Course,
): Promise<FoundMetadata | undefined> {
  const { resourceMetadata: rule } = course.profile
  const wellKnown = rule.wellKnown.map((kind) => wellKnownAddress(course.walk.endpoint, kind))
  const { metadataAddress: named } = challenge
  const addresses =
    named === undefined ? wellKnown : [named, ...(rule.fallsBackFromChallenge ? wellKnown : [])]
  for (const address of uniqueUrls(addresses)) {
    const document = await documentAt(address, course)
    if (document.state === 'found') {
      const parsed = METADATA.safeParse(document.members)
      if (!parsed.success) break
      if (named !== undefined && address.href !== named.href) {
        course.note(await metadataProblem(challenge, course))
      }
      return { metadata: parsed.data, address, fromChallenge: address.href === named?.href }
    }
    const isUnreachable = document.state === 'unreachable' || document.state === 'refused'
    if (isUnreachable && rule.unreachable === 'stop') {
      course.stop(await metadataProblem(challenge, course))
    }
    if (!isUnreachable && document.state !== 'not_found' && document.state !== 'redirect') break
  }
  const missing = await metadataProblem(challenge, course)
  if (rule.without === 'stop') course.stop(missing)
  course.guess(missing)
  return undefined
}

/** The well-known address of the metadata of `endpoint` (RFC 9728 §3.1), or the one without a path. */
export function wellKnownAddress(endpoint: URL, kind: 'path' | 'root'): URL {
  const path = endpoint.pathname.replace(/\/$/, '')
  const address = new URL(endpoint.origin)
  address.pathname = `/.well-known/oauth-protected-resource${kind === 'path' ? path : ''}`
  if (kind === 'path') address.search = endpoint.search
  return address
}

function uniqueUrls(urls: readonly URL[]): readonly URL[] {
  return [...new Map(urls.map((url) => [url.href, url])).values()]
}

async function documentAt(address: URL, course: Course): Promise<MetadataDocument> {
  const { walk, profile } = course
  const origin = originOf(course)
  const arrival = await arrive(walk.visitor, documentRequest(address, origin), profile.redirects)
  if (
    origin !== undefined &&
    arrival.outcome.kind === 'answer' &&
    !isVisible(arrival.outcome, origin)
  ) {
    const message = `${address.href} does not allow pages of ${origin} to read the metadata.`
    course.stop(problem('cors.resource_metadata', message))
  }
  return readDocument(address, arrival)
}

const BY_STATE: Readonly<
  Record<Exclude<DocumentState, 'found' | 'unreachable' | 'refused'>, ProblemId>
> = {
  not_found: 'metadata.not_found',
  status: 'metadata.status',
  redirect: 'metadata.redirect',
  not_json: 'metadata.not_json',
  too_large: 'metadata.too_large',
  unfinished: 'metadata.unfinished',
}

/** Why the metadata cannot be had, by all the addresses at which it may be: the same for every client. */
async function metadataProblem(challenge: Challenge, course: Course): Promise<Problem> {
  const { endpoint } = course.walk
  const { metadataAddress: named } = challenge
  const usual = [wellKnownAddress(endpoint, 'path'), wellKnownAddress(endpoint, 'root')]
  const addresses = uniqueUrls([...(named === undefined ? [] : [named]), ...usual])
  const documents: MetadataDocument[] = []
  for (const address of addresses) documents.push(await documentAt(address, course))
  const seen = documents.map(({ text }) => text).join('; ')
  const first = documents[0]
  if (named !== undefined && named.origin !== endpoint.origin && first?.state !== 'found') {
    const message = `The challenge sends clients to another origin, where there is no metadata: ${first?.text ?? ''}.`
    return problem('challenge.foreign_address', message)
  }
  const usable = documents.find(
    ({ state, members }) => state === 'found' && METADATA.safeParse(members).success,
  )
  if (usable !== undefined) {
    const message = `The metadata is at ${usable.url.href}, and not where clients look first: ${seen}.`
    return problem('metadata.wrong_address', message)
  }
  return problemOf(documents.find(({ state }) => state !== 'not_found') ?? first, { seen, course })
}

async function problemOf(
  document: MetadataDocument | undefined,
  { seen, course }: { readonly seen: string; readonly course: Course },
): Promise<Problem> {
  if (document === undefined) return problem('metadata.not_found', `${seen}.`)
  const { state, members, url } = document
  if (state === 'found') {
    const [issue] = METADATA.safeParse(members).error?.issues ?? []
    const place = issue?.path.join('.') ?? 'something'
    return problem(
      'metadata.invalid',
      `${url.href} has metadata in which ${place} is missing or wrong.`,
    )
  }
  if (state !== 'unreachable' && state !== 'refused') return problem(BY_STATE[state], `${seen}.`)
  const { outcome } = await arrive(
    course.walk.visitor,
    documentRequest(url, originOf(course)),
    course.profile.redirects,
  )
  return outcome.kind === 'answer'
    ? problem('metadata.unreachable', `${seen}.`)
    : networkProblem(outcome, url, { step: STEP, otherwise: 'metadata.unreachable' })
}
