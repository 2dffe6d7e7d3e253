/** An answer in JSON as an event stream of one event, for a client that reads nothing else. */
export async function streamedAnswer(answer: Response): Promise<Response> {
  const headers = new Headers(answer.headers)
  headers.delete('content-length')
  headers.set('Content-Type', 'text/event-stream')
  headers.set('Cache-Control', 'no-cache, no-transform')
  headers.set('X-Accel-Buffering', 'no')
  const data = JSON.stringify(await answer.json())
  return new Response(`event: message\ndata: ${data}\n\n`, { status: answer.status, headers })
}
