import type { IncomingMessage } from 'node:http'

const MAX_BYTES = 64 * 1024

/**
 * Reads the whole body of a request.
 *
 * Throws `RangeError` when it is larger than 64 KiB.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    if (length > MAX_BYTES) throw new RangeError(`a body may have at most ${MAX_BYTES} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
