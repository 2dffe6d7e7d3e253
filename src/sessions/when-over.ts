/** The same response; `done` is called once its last byte was read or its reader is gone. */
export function whenOver(response: Response, done: () => void): Response {
  if (response.body === null) {
    done()
    return response
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
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
  const { status, headers } = response
  return new Response(body, { status, headers })
}
