import { printable } from '../../../printable.js'
import { problem, type Problem } from '../problem.js'
import type { ProblemId } from '../problem-table.js'
import type { Course } from './course.js'
import { wellKnownAddress, type FoundMetadata } from './resource-metadata-step.js'

/** Compares the resource of the metadata with the URL that was typed, as the client does. */
export function compareResource(
  { metadata, address, fromChallenge }: FoundMetadata,
  course: Course,
): void {
  const { endpoint } = course.walk
  const { resource } = metadata
  const id = differenceOf(resource, endpoint)
  if (id === undefined) return
  const isAccepted =
    course.profile.resource === 'prefix'
      ? isPrefix(new URL(resource), endpoint)
      : !fromChallenge && isOfDocument(resource, address, endpoint)
  if (isAccepted) return
  course.stop(difference(id, resource, endpoint))
}

function difference(id: ProblemId, resource: string, endpoint: URL): Problem {
  return problem(
    id,
    `The metadata names the resource ${printable(resource)}, and the URL is ${endpoint.href}.`,
  )
}

/** Where resource and URL differ; `undefined` where they are the same, byte for byte. */
function differenceOf(resource: string, endpoint: URL): ProblemId | undefined {
  if (resource === endpoint.href) return undefined
  const { protocol, host, pathname, href } = new URL(resource)
  if (href === endpoint.href) return isOrigin(endpoint) ? undefined : 'resource.spelling'
  if (host !== endpoint.host) return 'resource.mismatch'
  if (protocol !== endpoint.protocol) return 'resource.scheme'
  if (pathname.replace(/\/$/, '') === endpoint.pathname.replace(/\/$/, '')) {
    return 'resource.trailing_slash'
  }
  return pathname === '/' ? 'resource.origin' : 'resource.mismatch'
}

/** A URL without a path has two spellings, and clients are given either. */
function isOrigin({ pathname, search }: URL): boolean {
  return pathname === '/' && search === ''
}

/** The rule of the MCP SDK. */
function isPrefix(resource: URL, endpoint: URL): boolean {
  if (resource.origin !== endpoint.origin) return false
  if (endpoint.pathname.length < resource.pathname.length) return false
  return withSlash(endpoint.pathname).startsWith(withSlash(resource.pathname))
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}

/** Found without a challenge, the resource has to be the one whose well-known address this is (RFC 9728 §3.3). */
function isOfDocument(resource: string, address: URL, endpoint: URL): boolean {
  const isRoot = address.href === wellKnownAddress(endpoint, 'root').href
  return isRoot && (resource === endpoint.origin || resource === `${endpoint.origin}/`)
}
