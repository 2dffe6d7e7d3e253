/**
 * Collects the responses of an event stream as JSON, for a client that accepts nothing else: a list where the
 * messages came as a list. Notifications are left out.
 *
 * Resolves with `undefined` for a stream without a response. A request of the server to the client cannot be carried:
 * the answer is then a JSON-RPC error.
 */
export async function collectedAnswer(
  stream: Response,
  message: unknown,
): Promise<Response | undefined> {
  const responses: object[] = []
  for await (const event of messagesOf(stream)) {
    const { id, method } = event as { id?: unknown; method?: unknown }
    if (id !== undefined && method !== undefined) {
      responses.push(...errorsFor(message))
      break
    }
    if (method === undefined) responses.push(event)
  }
  if (responses.length === 0) return undefined
  const headers = new Headers(stream.headers)
  for (const name of STREAM_HEADERS) headers.delete(name)
  headers.set('Content-Type', 'application/json')
  headers.set('Cache-Control', 'no-store')
  const body = JSON.stringify(Array.isArray(message) ? responses : responses[0])
  return new Response(body, { status: stream.status, headers })
}

const STREAM_HEADERS = ['connection', 'x-accel-buffering']

/** The JSON in the events of a stream. Comments and events without data, which keep a stream open, are no messages. */
async function* messagesOf({ body }: Response): AsyncGenerator<object> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split(/\r?\n\r?\n/)
    text = events.pop() ?? ''
    for (const event of events) {
      const data = [...event.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join('\n')
      if (data.trim() !== '') yield JSON.parse(data) as object
    }
  }
}

function errorsFor(message: unknown): readonly object[] {
  const messages: readonly unknown[] = Array.isArray(message) ? message : [message]
  return messages.flatMap((one) => {
    const { id, method } = (one ?? {}) as { id?: unknown; method?: unknown }
    return id === undefined || method === undefined
      ? []
      : { jsonrpc: '2.0', id, error: NEEDS_EVENT_STREAM }
  })
}

/** The error that a client which takes JSON alone gets from a server that has to ask it something. */
export const NEEDS_EVENT_STREAM = {
  code: -32_000,
  message:
    'The server has to ask the client something to answer this. Accept text/event-stream as well.',
}
