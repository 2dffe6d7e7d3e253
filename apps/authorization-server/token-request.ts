import type { IncomingMessage } from 'node:http'
import { type ResourceParameterProfile, audienceAsResource } from './audience-parameter.js'
import { replayRequest } from './replay-request.js'
import { readBody } from './request-body.js'

const FORM = 'application/x-www-form-urlencoded'

/** A body of a token request that says nothing this server could understand. */
export class UnreadableTokenRequest extends Error {
  readonly code = 'invalid_request'

  constructor(message: string, cause: unknown) {
    super(message, { cause })
    this.name = 'UnreadableTokenRequest'
  }
}

/**
 * Returns a token request as the library reads it: a form, in which an API is named by `resource`.
 *
 * Auth0 also takes JSON bodies, and `audience` for `resource`. Bodies of other types pass unchanged.
 *
 * Throws `UnreadableTokenRequest` for a body that is too large, or JSON that is not an object of texts.
 */
export async function readTokenRequest(
  request: IncomingMessage,
  profile: ResourceParameterProfile,
): Promise<IncomingMessage> {
  const body = await readOrRefuse(request)
  const params = parseParameters(body, request.headers['content-type'] ?? '')
  if (params === undefined) return replayRequest(request, body, {})
  const form = audienceAsResource(params, profile).toString()
  return replayRequest(request, Buffer.from(form), { 'content-type': FORM })
}

async function readOrRefuse(request: IncomingMessage): Promise<Buffer> {
  try {
    return await readBody(request)
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new UnreadableTokenRequest('The body is too large', cause)
    throw cause
  }
}

function parseParameters(body: Buffer, contentType: string): URLSearchParams | undefined {
  const [mediaType = ''] = contentType.toLowerCase().split(';', 1)
  switch (mediaType.trim()) {
    case FORM:
      return new URLSearchParams(body.toString())
    case 'application/json':
      return new URLSearchParams(parseTexts(body))
    default:
      return undefined
  }
}

function parseTexts(body: Buffer): [string, string][] {
  let content: unknown
  try {
    content = JSON.parse(body.toString())
  } catch (cause) {
    throw new UnreadableTokenRequest('The body is not valid JSON', cause)
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UnreadableTokenRequest('The JSON body must be an object', undefined)
  }
  return Object.entries(content).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return [name, value]
    throw new UnreadableTokenRequest(`${name} must be a text`, undefined)
  })
}
