import type { AnswerBody, HttpAnswer, HttpSender } from '../http/http-sender.js'
import type { Caller } from '../identity/caller.js'
import type { Revocation } from '../revocation/revocation.js'

/** Whose calls they are. */
export interface SignedInSenderOptions {
  /** Default: calls go on. */
  readonly revocation: Pick<Revocation, 'watch'> | undefined
  readonly caller: Caller
}

/**
 * Sends nothing for a caller who is signed out, and ends the calls that are under way when that happens: one that waits for its turn or
 * for its answer rejects with `signed_out`, and so does the next read of an answer.
 *
 * As with `createFairSender`, an answer has to be read or cancelled, or its signal has to abort.
 */
export function createSignedInSender(
  send: HttpSender,
  { revocation, caller }: SignedInSenderOptions,
): HttpSender {
  if (revocation === undefined) return send
  return async function sendWhileSignedIn(call) {
    const ended = new AbortController()
    const unwatch = revocation.watch(caller, (failure) => {
      ended.abort(failure)
    })
    const over = (): void => {
      call.signal.removeEventListener('abort', over)
      unwatch()
    }
    call.signal.addEventListener('abort', over, { once: true })
    try {
      ended.signal.throwIfAborted()
      const signal = AbortSignal.any([call.signal, ended.signal])
      const answer = await send({ ...call, signal })
      return answerTo(answer, ended.signal, over)
    } catch (thrown) {
      over()
      throw reasonOf(ended.signal, thrown)
    }
  }
}

/** The same answer; `over` is called when its body ends, however it ends. */
function answerTo(answer: HttpAnswer, ended: AbortSignal, over: () => void): HttpAnswer {
  if (ended.aborted) answer.body?.cancel(ended.reason)
  ended.throwIfAborted()
  const { status, statusText, headers, body } = answer
  if (body === undefined) {
    over()
    return answer
  }
  return { status, statusText, headers, body: bodyOf(body, ended, over) }
}

function bodyOf(body: AnswerBody, ended: AbortSignal, over: () => void): AnswerBody {
  return {
    async next() {
      try {
        ended.throwIfAborted()
        const bytes = await body.next()
        ended.throwIfAborted()
        if (bytes === undefined) over()
        return bytes
      } catch (thrown) {
        over()
        throw reasonOf(ended, thrown)
      }
    },
    cancel(reason) {
      over()
      body.cancel(reason)
    },
  }
}

function reasonOf(ended: AbortSignal, thrown: unknown): unknown {
  return ended.aborted ? ended.reason : thrown
}
