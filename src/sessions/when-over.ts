/**
 * The same response; `done` is called once its last byte was read or its reader is gone.
 *
 * An event stream begins with a comment: node sends the headers with the first byte, and a client that waits for news
 * would otherwise not learn that it is connected before there are any.
 */
export function whenOver(response: Response, done: () => void): Response {
  if (response.body === null) {
    done()
    return response
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const { status, headers } = response
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') === true
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (isStream) controller.enqueue(new TextEncoder().encode(': open\n\n'))
    },
    async pull(controller) {
      try {
        const next = await reader.read()
        if (!next.done) {
          controller.enqueue(next.value)
          return
        }
        done()
        controller.close()
      } catch (error) {
        done()
        controller.error(error)
      }
    },
    async cancel(reason) {
      done()
      await reader.cancel(reason)
    },
  })
  return new Response(body, { status, headers })
}
