export interface RelayOptions {
  /** Sent first. Node sends the headers with the first byte, so a client that waits for notifications learns that it is connected. */
  readonly firstChunk?: string | undefined
  /** Ends the stream, and its source, when its reader has gone. */
  readonly signal?: AbortSignal | undefined
  /** Called once, however the stream ends. */
  readonly onEnd?: (() => void) | undefined
}

/** The same response, with its body under watch; one without a body ends at once. */
export function relayResponse(response: Response, options: RelayOptions): Response {
  const { firstChunk, signal, onEnd = () => undefined } = options
  if (response.body === null) {
    onEnd()
    return response
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader()
  let ended = false
  const end = (): void => {
    if (ended) return
    ended = true
    signal?.removeEventListener('abort', gone)
    onEnd()
  }
  const gone = (): void => {
    reader.cancel(signal?.reason).catch(() => undefined)
    end()
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (firstChunk !== undefined) controller.enqueue(new TextEncoder().encode(firstChunk))
    },
    async pull(controller) {
      try {
        const next = await reader.read()
        if (!next.done) {
          controller.enqueue(next.value)
          return
        }
        end()
        controller.close()
      } catch (error) {
        end()
        controller.error(error)
      }
    },
    async cancel(reason) {
      end()
      await reader.cancel(reason)
    },
  })
  signal?.addEventListener('abort', gone, { once: true })
  if (signal?.aborted === true) gone()
  const { status, headers } = response
  return new Response(body, { status, headers })
}
