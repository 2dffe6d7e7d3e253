import type { CallAnswer } from './call-answer.js'

/**
 * The same response, whose body breaks off with `downstream_failed` once it exceeds `maxBytes` or holds the token
 * that the API was sent; no part of such a token is passed on. Throws the same for a token in the headers.
 *
 * `report` gets each failure that the reader of the body gets.
 */
export function guardBody(
  answer: CallAnswer,
  maxBytes: number,
  report: (failure: unknown) => void = () => undefined,
): Response {
  const { status, statusText, headers, body } = answer.response
  if (answer.echo.isIn([statusText, ...headers.values()].join('\n'))) {
    void body?.cancel().catch(() => undefined)
    throw answer.echoed()
  }
  if (body === null) return answer.response
  const reader = body.getReader()
  const next = checkedReads(reader, answer, maxBytes)
  const guarded = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await next()
          if (bytes === undefined) controller.close()
          else controller.enqueue(bytes)
        } catch (failure) {
          void reader.cancel().catch(() => undefined)
          report(failure)
          throw failure
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return new Response(guarded, { status, statusText, headers })
}

/** Reads until there is something that can be passed on; `undefined` at the end. */
function checkedReads(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { echo, failure, echoed, brokeOff }: CallAnswer,
  maxBytes: number,
): () => Promise<Uint8Array | undefined> {
  let received = 0
  return async () => {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw brokeOff(cause)
      })
      if (done) return rest(echo.end())
      received += value.byteLength
      if (received > maxBytes) {
        const description = 'The API answered with more than this tool can read.'
        throw failure('downstream_failed', { reason: 'too_large', description })
      }
      const passed = echo.next(value)
      if (passed === undefined) throw echoed()
      if (passed.byteLength > 0) return passed
    }
  }
}

function rest(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.byteLength > 0 ? bytes : undefined
}
