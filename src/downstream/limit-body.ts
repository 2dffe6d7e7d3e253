import { OnBehalfOfError } from '../errors.js'

/** The same response, whose body breaks off with `downstream_failed` once it exceeds `maxBytes`. */
export function limitBody(response: Response, maxBytes: number): Response {
  if (response.body === null) return response
  let bytes = 0
  const bounded = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) controller.enqueue(chunk)
      else controller.error(new OnBehalfOfError('downstream_failed', { reason: 'too_large' }))
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(bounded), { status, statusText, headers })
}
