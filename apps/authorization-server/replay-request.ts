import { IncomingMessage } from 'node:http'

/**
 * Returns a request like one whose body has been read, with this body, to be read again.
 *
 * `headers` are laid over those of the request. For code that reads its requests from the stream.
 */
export function replayRequest(
  request: IncomingMessage,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): IncomingMessage {
  const copy = new IncomingMessage(request.socket)
  copy.method = request.method ?? 'POST'
  copy.url = request.url ?? '/'
  copy.httpVersion = request.httpVersion
  copy.headers = { ...request.headers, ...headers, 'content-length': String(body.length) }
  delete copy.headers['transfer-encoding']
  // As they came: who asks for them asks whether one was there twice.
  copy.rawHeaders = request.rawHeaders
  copy.push(body)
  copy.push(null)
  copy.complete = true
  return copy
}
