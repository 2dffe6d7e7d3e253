import type { AnswerBody, HttpAnswer } from '../http/http-sender.js'
import type { CallAnswer } from './call-answer.js'

/**
 * The answer as a `Response`, whose body breaks off with `downstream_failed` once it exceeds `maxBytes` or holds the token
 * that the API was sent; no part of such a token is passed on. Throws the same for a token in the headers.
 *
 * `report` gets each failure that the reader of the body gets.
 */
export function guardBody(
  answer: CallAnswer,
  maxBytes: number,
  report: (failure: unknown) => void = () => undefined,
): Response {
  assertNoTokenInHead(answer)
  const { body } = answer.response
  if (body === undefined) {
    answer.over()
    return asResponse(answer.response, null)
  }
  const next = checkedReads(body, answer, maxBytes)
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
          body.cancel()
          answer.over()
          report(failure)
          throw failure
        }
      },
      cancel: (reason) => {
        answer.over()
        body.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return asResponse(answer.response, guarded)
}

function asResponse(
  { status, statusText, headers }: HttpAnswer,
  body: ReadableStream<Uint8Array> | null,
): Response {
  const fields = new Headers()
  for (const [name, value] of headers) fields.append(name, value)
  return new Response(body, { status, statusText, headers: fields })
}

/** The whole body as text, under the same guard. */
export async function readGuarded(answer: CallAnswer, maxBytes: number): Promise<string> {
  assertNoTokenInHead(answer)
  const { body } = answer.response
  if (body === undefined) return ''
  const next = boundedReads(body, answer, maxBytes)
  const chunks: Uint8Array[] = []
  try {
    for (let bytes = await next(); bytes !== undefined; bytes = await next()) chunks.push(bytes)
    const whole = Buffer.concat(chunks)
    if (answer.echo.isIn(whole)) throw answer.echoed()
    return new TextDecoder().decode(whole)
  } catch (failure) {
    body.cancel()
    throw failure
  }
}

function assertNoTokenInHead({ response, echo, echoed, over }: CallAnswer): void {
  const { statusText, headers, body } = response
  const values = Array.from(headers, ([, value]) => value)
  if (!echo.isIn(Buffer.from([statusText, ...values].join('\n')))) return
  body?.cancel()
  over()
  throw echoed()
}

/** Reads until there is something that can be passed on; `undefined` at the end. */
function checkedReads(
  body: AnswerBody,
  answer: CallAnswer,
  maxBytes: number,
): () => Promise<Uint8Array | undefined> {
  const { echo, echoed } = answer
  const next = boundedReads(body, answer, maxBytes)
  return async () => {
    for (;;) {
      const bytes = await next()
      if (bytes === undefined) return rest(echo.end())
      const passed = echo.next(bytes)
      if (passed === undefined) throw echoed()
      if (passed.byteLength > 0) return passed
    }
  }
}

/** Reads no more than may be read; `undefined` at the end. */
function boundedReads(
  body: AnswerBody,
  { failure, brokeOff }: CallAnswer,
  maxBytes: number,
): () => Promise<Uint8Array | undefined> {
  let received = 0
  return async () => {
    const bytes = await body.next().catch((cause: unknown) => {
      throw brokeOff(cause)
    })
    received += bytes?.byteLength ?? 0
    if (received > maxBytes) {
      const description = 'The API answered with more than this tool can read.'
      throw failure('downstream_failed', { reason: 'too_large', description })
    }
    return bytes
  }
}

function rest(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.byteLength > 0 ? bytes : undefined
}
