import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { linkedAbort } from '../../../src/time/linked-abort.js'

test('aborts with the signal that was given, for its reason', () => {
  const given = new AbortController()
  const { signal } = linkedAbort(given.signal)
  expect(signal.aborted).toBe(false)
  given.abort('why')
  expect([signal.aborted, signal.reason]).toEqual([true, 'why'])
})

test('is aborted from the beginning where that signal is', () => {
  const { signal } = linkedAbort(AbortSignal.abort('why'))
  expect([signal.aborted, signal.reason]).toEqual([true, 'why'])
})

test('aborts alone, and then the given signal changes nothing', () => {
  const given = new AbortController()
  const { signal, abort } = linkedAbort(given.signal)
  abort('own')
  given.abort('other')
  expect(signal.reason).toBe('own')
})

test('lets go of the signal that was given', () => {
  const given = new AbortController()
  const { signal, unlink } = linkedAbort(given.signal)
  unlink()
  expect(getEventListeners(given.signal, 'abort')).toEqual([])
  given.abort()
  expect(signal.aborted).toBe(false)
})

test('needs no signal', () => {
  const { signal, abort, unlink } = linkedAbort(undefined)
  unlink()
  abort('why')
  expect(signal.reason).toBe('why')
})

test('tells that it was the given signal, and not an abort of its own', () => {
  const given = new AbortController()
  const told: string[] = []
  linkedAbort(given.signal, () => told.push('given'))
  linkedAbort(undefined, () => told.push('own')).abort('why')
  given.abort()
  expect(told).toEqual(['given'])
})
