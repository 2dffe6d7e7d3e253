import type { IncomingMessage } from 'node:http'

/**
 * Whether `readPlainBody` may read a body: JSON in UTF-8 by the usual names, sent as it is, of a length that is told and within
 * `maxBytes`, and that nobody has begun to read.
 */
export function isPlainBody(req: IncomingMessage, maxBytes: number): boolean {
  const { headers } = req
  const length = headers['content-length']
  if (length === undefined || !(Number(length) <= maxBytes)) return false
  if (headers['content-encoding'] !== undefined) return false
  const type = headers['content-type']
  if (type !== 'application/json' && type !== 'application/json; charset=utf-8') return false
  const { readable, readableFlowing, readableEncoding, readableDidRead } = req
  return readable && readableFlowing === null && readableEncoding === null && !readableDidRead
}

/**
 * Reads a body of which `isPlainBody` is true; resolves with its bytes. Node sees to it that they are as many as the header says.
 *
 * Rejects where the client goes away, with the error that Express's parsers have for that.
 */
export function readPlainBody(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
    })
    req.once('end', () => {
      const [first] = chunks
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
    })
    // After the end as well: an error that nobody gets would cost as much as all the reading.
    req.once('close', () => {
      if (!req.readableEnded) reject(Object.assign(new Error('request aborted'), ABORTED))
    })
  })
}

const ABORTED = { type: 'request.aborted', code: 'ECONNABORTED', status: 400, statusCode: 400 }
