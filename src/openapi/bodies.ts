import { isObject, member, textMember } from './json.js'
import { flagMember, mediaTypes } from './media-types.js'
import { OperationFault, wrongForm } from './operation-fault.js'
import type { OpenApiRequestBody, OpenApiResponse } from './operation.js'
import { pointerTo } from './pointer.js'
import { resolved, type ReadingContext } from './reading-context.js'
import type { Place } from './references.js'

/** Reads the body that an operation takes; throws `OperationFault`. One without any media type is none. */
export function readRequestBody(
  context: ReadingContext,
  operation: Place,
  method: string,
): OpenApiRequestBody | undefined {
  const written = member(operation.value, 'requestBody')
  if (written === undefined || written === null) return undefined
  const listed = { value: written, pointer: pointerTo(operation.pointer, 'requestBody') }
  const { value, pointer } = resolved(context, listed)
  if (!isObject(value)) throw wrongForm(pointer, 'requestBody', 'an object')
  const required = flagMember(value, 'required') ?? false
  const described = {
    value: member(value, 'content') ?? null,
    pointer: pointerTo(pointer, 'content'),
  }
  if (!isObject(described.value)) throw wrongForm(pointer, 'The content of the body', 'an object')
  const content = mediaTypes(context, described)
  if (content.length === 0) {
    if (!required) return undefined
    const reason = 'The body is required, and no media type says what it is'
    throw new OperationFault({ code: 'body', pointer, reason, cure: 'Describe its content' })
  }
  if (method === 'GET' || method === 'HEAD') {
    const reason = `${method} with a body: HTTP clients do not send one`
    const cure = 'Describe it as parameters, or as POST'
    throw new OperationFault({ code: 'body', kind: 'unsupported', pointer, reason, cure })
  }
  const description = textMember(written, 'description') ?? textMember(value, 'description')
  return { required, description, content, pointer }
}

/** Reads what an operation answers, as far as it can be read: nothing of it decides whether it is called. */
export function readResponses(
  context: ReadingContext,
  operation: Place,
): readonly OpenApiResponse[] {
  const responses = member(operation.value, 'responses')
  if (!isObject(responses)) return []
  const pointer = pointerTo(operation.pointer, 'responses')
  return Object.keys(responses).flatMap((status) => {
    if (!/^(?:[1-5](?:\d\d|XX)|default)$/.test(status)) return []
    const written = { value: responses[status] ?? null, pointer: pointerTo(pointer, status) }
    return readResponse(context, written, status)
  })
}

function readResponse(
  context: ReadingContext,
  written: Place,
  status: string,
): readonly OpenApiResponse[] {
  try {
    const { value, pointer } = resolved(context, written)
    const content = mediaTypes(context, {
      value: member(value, 'content') ?? null,
      pointer: pointerTo(pointer, 'content'),
    })
    const description = textMember(written.value, 'description') ?? textMember(value, 'description')
    return [{ status, description, content, pointer }]
  } catch (error) {
    // A warning says so for the document as a whole.
    if (error instanceof OperationFault) return []
    throw error
  }
}
