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
  assertNoTokenInHead(answer)
  if (body === null) {
    answer.over()
    return answer.response
  }
  const reader: Reader = body.getReader()
  const next = checkedReads(reader, answer, maxBytes)
  const guarded = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await next()
          if (bytes !== undefined) {
            controller.enqueue(bytes)
            return
          }
          answer.over()
          controller.close()
        } catch (failure) {
          void reader.cancel().catch(() => undefined)
          answer.over()
          report(failure)
          throw failure
        }
      },
      cancel: (reason) => {
        answer.over()
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(guarded, { status, statusText, headers })
}

/** The whole body as text, under the same guard. */
export async function readGuarded(answer: CallAnswer, maxBytes: number): Promise<string> {
  assertNoTokenInHead(answer)
  const { body } = answer.response
  if (body === null) return ''
  const reader: Reader = body.getReader()
  const next = checkedReads(reader, answer, maxBytes)
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (let bytes = await next(); bytes !== undefined; bytes = await next()) {
      text += decoder.decode(bytes, { stream: true })
    }
    return text + decoder.decode()
  } catch (failure) {
    void reader.cancel().catch(() => undefined)
    throw failure
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>

function assertNoTokenInHead({ response, echo, echoed, over }: CallAnswer): void {
  const { statusText, headers, body } = response
  if (!echo.isIn([statusText, ...headers.values()].join('\n'))) return
  void body?.cancel().catch(() => undefined)
  over()
  throw echoed()
}

/** Reads until there is something that can be passed on; `undefined` at the end. */
function checkedReads(
  reader: Reader,
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
