import type { AnswerBody } from './http-sender.js'

/** A body went on beyond what we are willing to read. */
export class BodyTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`body larger than ${maxBytes} bytes`)
    this.name = 'BodyTooLargeError'
  }
}

/**
 * Reads a response's body as UTF-8 text, up to `maxBytes`.
 *
 * Rejects with `BodyTooLargeError` as soon as more has arrived, and with the transport's error when the
 * body breaks off.
 */
export async function readTextWithin(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const chunks: AsyncIterable<Uint8Array> | readonly [] = response.body ?? []
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** As `readTextWithin`, for the body of an answer that came without `fetch`. */
export async function readBodyWithin(
  body: AnswerBody | undefined,
  maxBytes: number,
): Promise<string> {
  if (body === undefined) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (let chunk = await body.next(); chunk !== undefined; chunk = await body.next()) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      const error = new BodyTooLargeError(maxBytes)
      body.cancel(error)
      throw error
    }
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

/** All bytes of a stream, up to `maxBytes`; rejects with `BodyTooLargeError` as soon as more have come. */
export async function readBytesWithin(
  chunks: AsyncIterable<Uint8Array> | readonly [],
  maxBytes: number,
): Promise<Uint8Array> {
  const read: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new BodyTooLargeError(maxBytes)
    read.push(chunk)
  }
  return Buffer.concat(read)
}
