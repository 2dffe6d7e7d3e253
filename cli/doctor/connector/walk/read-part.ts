import { isEventStream } from '../../../../src/http/is-event-stream.js'
import type { Answer } from './visit.js'

/** What of a body is read where it does not end. */
export interface BodyPart {
  readonly body: string
  readonly state: Answer['bodyState']
}

/** An event stream may stay open for ever; its first message is enough. */
const MESSAGE_END = /\r?\n\r?\n/

/**
 * Reads a body up to `maxBytes`, or until it breaks off: by itself, or because the signal of its request ends it. Of an event stream, reads up to
 * the first message that has data. Never rejects.
 */
export async function readPart(response: Response, maxBytes: number): Promise<BodyPart> {
  const decoder = new TextDecoder()
  const isStream = isEventStream(response)
  let body = ''
  let bytes = 0
  try {
    const chunks: AsyncIterable<Uint8Array> | readonly [] = response.body ?? []
    for await (const chunk of chunks) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) return { body, state: 'too_large' }
      body += decoder.decode(chunk, { stream: true })
      if (isStream && /^data:/m.test(body) && MESSAGE_END.test(body)) break
    }
    return { body: body + decoder.decode(), state: 'whole' }
  } catch {
    return { body, state: 'unfinished' }
  }
}
