import type { OnBehalfOfError } from '../failures/errors.js'
import type { AnswerBody, HttpAnswer, HttpSender } from '../http/http-sender.js'
import type { Caller } from '../identity/caller.js'
import type { Revocation } from '../revocation/revocation.js'
import { linkedAbort } from '../time/linked-abort.js'

/** Whose calls they are. */
export interface SignedInSenderOptions {
  /** Default: calls go on. */
  readonly revocation: Pick<Revocation, 'watch'> | undefined
  readonly caller: Caller
}

/** A call under way. */
interface UnderWay {
  /** Why it has to end: its user is signed out. */
  failure?: OnBehalfOfError
  /** It has ended: nobody is watched any more. */
  readonly over: () => void
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
    let unwatch = (): void => undefined
    const ends = linkedAbort(call.signal, () => {
      unwatch()
    })
    const over = (): void => {
      ends.unlink()
      unwatch()
    }
    const underWay: UnderWay = { over }
    try {
      unwatch = revocation.watch(caller, (failure) => {
        underWay.failure = failure
        ends.abort(failure)
      })
      throwIfOver(underWay)
      return answerTo(await send({ ...call, signal: ends.signal }), underWay)
    } catch (thrown) {
      over()
      throw underWay.failure ?? thrown
    }
  }
}

/** The same answer, which is over when its body ends, however it ends. */
function answerTo(answer: HttpAnswer, underWay: UnderWay): HttpAnswer {
  const { status, statusText, headers, body } = answer
  if (underWay.failure !== undefined) body?.cancel(underWay.failure)
  throwIfOver(underWay)
  if (body === undefined) {
    underWay.over()
    return answer
  }
  return { status, statusText, headers, body: bodyOf(body, underWay) }
}

function bodyOf(body: AnswerBody, underWay: UnderWay): AnswerBody {
  return {
    async next() {
      try {
        throwIfOver(underWay)
        const bytes = await body.next()
        throwIfOver(underWay)
        if (bytes === undefined) underWay.over()
        return bytes
      } catch (thrown) {
        underWay.over()
        throw underWay.failure ?? thrown
      }
    },
    cancel(reason) {
      underWay.over()
      body.cancel(reason)
    },
  }
}

function throwIfOver({ failure }: UnderWay): void {
  if (failure !== undefined) throw failure
}
