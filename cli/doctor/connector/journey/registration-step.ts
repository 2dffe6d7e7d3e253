import { isHttpsOrLoopback } from '../../../../src/http/secure-url.js'
import { scrub } from '../../../../src/logging/scrub.js'
import { printable } from '../../../printable.js'
import { problem } from '../problem.js'
import { mayPost } from './cors.js'
import { originOf, type Course } from './course.js'
import type { ServerMetadata } from './server-metadata-step.js'

/** The id with which a client goes on; `undefined` where nothing was registered. */
export type ClientId = string | undefined

/** Becomes a client in one of the ways that the client knows. Registers only where that was asked for. */
export async function becomeClient(metadata: ServerMetadata, course: Course): Promise<ClientId> {
  const { profile, walk } = course
  if (walk.clientId !== undefined && profile.takesClientId) return walk.clientId
  const takesDocuments = metadata.client_id_metadata_document_supported === true
  if (takesDocuments && profile.registration.includes('document')) return undefined
  const { registration_endpoint: endpoint, issuer } = metadata
  if (endpoint === undefined || !profile.registration.includes('dynamic')) {
    const of = `The authorization server ${printable(issuer)}`
    return course.stop(
      takesDocuments
        ? problem(
            'registration.only_documents',
            `${of} takes client ID metadata documents, and registers no clients. Clients that have no such document cannot sign in without an id that somebody enters.`,
          )
        : problem(
            'registration.none',
            `${of} offers clients no way in: neither metadata documents nor registration.`,
          ),
    )
  }
  return register(new URL(endpoint), course)
}

async function register(endpoint: URL, course: Course): Promise<ClientId> {
  const { walk } = course
  const origin = originOf(course)
  if (
    origin !== undefined &&
    !(await mayPost(walk.visitor, endpoint, { origin, headers: ['content-type'] }))
  ) {
    const message = `${endpoint.href} does not allow pages of ${origin} to register.`
    course.stop(problem('cors.registration', message))
  }
  if (!isHttpsOrLoopback(endpoint)) {
    const message = `The metadata names the registration_endpoint ${printable(endpoint.href)}, which is not https.`
    return course.stop(problem('server.endpoint_not_https', message, 'registration'))
  }
  const answer = await walk.registrar?.register(endpoint)
  switch (answer?.kind) {
    case undefined:
      return undefined
    case 'registered':
      return answer.client.clientId
    case 'unreachable': {
      const message = `${endpoint.href} does not answer: ${answer.fault.message}.`
      return course.stop(problem('registration.unreachable', message))
    }
    case 'refused': {
      const words = [answer.body['error'], answer.body['error_description']]
      const said = words.flatMap((word) => scrub(word, 200) ?? [])
      const seen = printable([String(answer.status), ...said].join(', '))
      const message = `${endpoint.href} does not register a native, public client (${seen}).`
      return course.stop(problem('registration.refused', message))
    }
  }
}
