import { parseChallenges } from '../../../../src/http/parse-challenges.js'
import { printable } from '../../../printable.js'
import { problem, type Problem } from '../problem.js'
import type { ChallengeReader } from '../profiles/client-profile.js'
import type { Answer } from '../walk/visit.js'
import { isExposed } from './cors.js'
import { originOf, type Course } from './course.js'

/** What a client takes out of a 401. */
export interface Challenge {
  /** Where the metadata of the server is. */
  readonly metadataAddress: URL | undefined
  /** The scopes to ask for, parted by spaces. */
  readonly scope: string | undefined
}

const NOTHING: Challenge = { metadataAddress: undefined, scope: undefined }

/** Reads the challenge as the client does. Clients go on without one: they look at the well-known addresses. */
export function readChallenge(answer: Answer, course: Course): Challenge {
  const { endpoint } = course.walk
  const origin = originOf(course)
  if (origin !== undefined && !isExposed(answer, 'www-authenticate')) {
    const message = `The 401 of ${endpoint.href} does not let pages read WWW-Authenticate.`
    course.note(problem('cors.challenge_hidden', message))
    return NOTHING
  }
  const header = answer.headers.get('www-authenticate') ?? ''
  const read = READERS[course.profile.challenge](header)
  const fault = challengeFault(header, endpoint)
  const isForeign =
    read.metadataAddress !== undefined && read.metadataAddress.origin !== endpoint.origin
  // What a client is able to read is no problem for it.
  if (fault !== undefined && (read.metadataAddress === undefined || isForeign)) course.note(fault)
  return read
}

const READERS: Readonly<Record<ChallengeReader, (header: string) => Challenge>> = {
  rfc: (header) => {
    const bearer = parseChallenges(header).find(({ scheme }) => scheme === 'bearer')
    return {
      metadataAddress: urlOf(bearer?.parameters.get('resource_metadata')),
      scope: bearer?.parameters.get('scope'),
    }
  },
  sdk: (header) => {
    const [scheme = '', rest] = header.split(' ')
    if (!['bearer', 'dpop'].includes(scheme.toLowerCase()) || rest === undefined) return NOTHING
    return {
      metadataAddress: urlOf(looseParameter(header, 'resource_metadata')),
      scope: looseParameter(header, 'scope'),
    }
  },
}

function looseParameter(header: string, name: 'resource_metadata' | 'scope'): string | undefined {
  const [, quoted, bare] = new RegExp(`${name}=(?:"([^"]+)"|([^\\s,]+))`).exec(header) ?? []
  return quoted ?? bare
}

function urlOf(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined
}

/** What is wrong with a challenge, whoever reads it. */
function challengeFault(header: string, endpoint: URL): Problem | undefined {
  const at = `The 401 of ${endpoint.href}`
  if (header === '') return problem('challenge.missing', `${at} has no WWW-Authenticate.`)
  const challenges = parseChallenges(header)
  const loose = looseParameter(header, 'resource_metadata')
  if (!/(?:^|[\s,])bearer(?=[\s,]|$)/i.test(header)) {
    return problem('challenge.no_bearer', `${at} has no Bearer challenge: ${printable(header)}`)
  }
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const named = bearer?.parameters.get('resource_metadata')
  if (named === undefined) {
    return loose === undefined
      ? problem('challenge.no_metadata_address', `${at} names no resource_metadata.`)
      : problem(
          'challenge.unquoted_address',
          `${at} names resource_metadata without quotes: ${printable(header)}`,
        )
  }
  if (!URL.canParse(named)) {
    return problem(
      'challenge.relative_address',
      `${at} names ${printable(named)}, which is no absolute URL.`,
    )
  }
  if (challenges[0]?.scheme !== 'bearer') {
    const first = printable(challenges[0]?.scheme)
    return problem(
      'challenge.bearer_not_first',
      `${at} has the challenge ${first} in front of Bearer.`,
    )
  }
  if (new URL(named).origin === endpoint.origin) return undefined
  return problem(
    'challenge.foreign_address',
    `${at} sends clients to ${printable(named)}, on another origin.`,
  )
}
