import { describe, expect, test } from 'vitest'
import { outgoingRequest } from '../../../src/downstream/outgoing-request.js'
import { sendRequest } from '../../../src/downstream/send-request.js'
import { createSignedInSender } from '../../../src/downstream/signed-in-sender.js'
import type { AnswerBody, HttpSender, OutgoingCall } from '../../../src/http/http-sender.js'
import type { Revocation } from '../../../src/revocation/revocation.js'
import { Secret } from '../../../src/secret.js'
import { callerOf, ISSUER, startRevocation } from '../revocation/stand.js'

const ALICE = { issuer: ISSUER, subject: 'auth0|alice' }

/** A revocation that says how many watch. */
function counted(revocation: Revocation) {
  const watch: Revocation['watch'] = (caller, end) => {
    counts.watching += 1
    let isOver = false
    const over = (unwatch: () => void): void => {
      if (!isOver) counts.watching -= 1
      isOver = true
      unwatch()
    }
    const unwatch = revocation.watch(caller, end)
    return () => {
      over(unwatch)
    }
  }
  const counts = { watching: 0, watch }
  return counts
}

const bodyOf = (parts: readonly string[]): AnswerBody => {
  const left = parts.map((part) => Buffer.from(part))
  return { next: () => Promise.resolve(left.shift()), cancel: () => undefined }
}

const answerWith =
  (body: AnswerBody | undefined): HttpSender =>
  () =>
    Promise.resolve({ status: 200, statusText: 'OK', headers: new Headers(), body })

/** An API that never answers, and ends with the signal. */
const silent: HttpSender = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })

function sender(send: HttpSender) {
  const { revocation } = startRevocation()
  const counts = counted(revocation)
  const signOut = () => revocation.revoke(ALICE)
  const controller = new AbortController()
  const call: OutgoingCall = {
    ...{ url: new URL('https://api.example/x'), method: 'GET', headers: new Map() },
    signal: controller.signal,
  }
  const sending = createSignedInSender(send, { revocation: counts, caller: callerOf() })
  return { counts, signOut, controller, call, sending }
}

describe('a call of a user who is signed out', () => {
  test.each([
    ['POST', true, /signed out.*not known whether the call took effect/],
    ['PATCH', true, /not known whether/],
    ['GET', undefined, /^$/],
    ['DELETE', undefined, /^$/],
  ] as const)('by %s says whether it may have taken effect', async (method, unknown, text) => {
    const { sending, signOut } = sender(silent)
    const path = '/x'
    const base = new URL('https://api.example')
    const outgoing = outgoingRequest(base, { path, request: { method }, trace: {} })
    const failing = sendRequest(outgoing, new Secret('t'), { send: sending }).catch(
      (thrown: unknown) => thrown,
    )
    await signOut()
    const failure = (await failing) as {
      code: string
      details: { description?: string; outcomeUnknown?: boolean }
    }
    expect([failure.code, failure.details.outcomeUnknown]).toEqual(['signed_out', unknown])
    expect(failure.details.description ?? '').toMatch(text)
  })

  test('is not sent', async () => {
    let sent = 0
    const { sending, call, signOut } = sender((given) => {
      sent += 1
      return answerWith(undefined)(given)
    })
    await signOut()
    await expect(sending(call)).rejects.toMatchObject({ code: 'signed_out' })
    expect(sent).toBe(0)
  })

  test('gives no more of its answer', async () => {
    const { sending, call, signOut } = sender(answerWith(bodyOf(['one', 'two'])))
    const { body } = await sending(call)
    expect(Buffer.from((await body?.next()) ?? []).toString()).toBe('one')
    await signOut()
    await expect(body?.next()).rejects.toMatchObject({ code: 'signed_out' })
  })
})

describe('nothing is watched any more', () => {
  test('once the answer has been read', async () => {
    const { sending, call, counts } = sender(answerWith(bodyOf(['one'])))
    const { body } = await sending(call)
    await body?.next()
    expect(counts.watching).toBe(1)
    await body?.next()
    expect(counts.watching).toBe(0)
  })

  test('once the answer was cancelled', async () => {
    const { sending, call, counts } = sender(answerWith(bodyOf(['one'])))
    ;(await sending(call)).body?.cancel()
    expect(counts.watching).toBe(0)
  })

  test('where the answer has no body', async () => {
    const { sending, call, counts } = sender(answerWith(undefined))
    await sending(call)
    expect(counts.watching).toBe(0)
  })

  test('once the call has ended, whether or not anybody reads', async () => {
    const { sending, call, counts, controller } = sender(answerWith(bodyOf(['one'])))
    await sending(call)
    controller.abort()
    expect(counts.watching).toBe(0)
  })

  test('where nothing could be sent', async () => {
    const { sending, call, counts } = sender(() => Promise.reject(new Error('unreachable')))
    await expect(sending(call)).rejects.toThrow('unreachable')
    expect(counts.watching).toBe(0)
  })
})
