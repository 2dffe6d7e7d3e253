import { EVENT_STREAM_HEADERS, messageEvent } from './event-stream.js'

/** An answer in JSON as an event stream of one event, for a client that reads nothing else. */
export async function streamedAnswer(answer: Response): Promise<Response> {
  const headers = new Headers(answer.headers)
  headers.delete('content-length')
  for (const [name, value] of Object.entries(EVENT_STREAM_HEADERS)) headers.set(name, value)
  return new Response(messageEvent(await answer.json()), { status: answer.status, headers })
}
