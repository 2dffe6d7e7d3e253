import { expect, test } from 'vitest'
import { loadAhead } from '../../../src/time/load-ahead.js'

test('what is loaded ahead is loaded before anybody asks for it, once for all', async () => {
  let loads = 0
  const loaded = loadAhead(() => Promise.resolve((loads += 1)))
  expect(loads).toBe(1)
  expect(await Promise.all([loaded(), loaded()])).toEqual([1, 1])
  expect(await loaded()).toBe(1)
})

test('what is loaded ahead and cannot be loaded fails those who ask for it, until it can be', async () => {
  const outcomes = [
    () => Promise.reject(new Error('first')),
    () => Promise.reject(new Error('second')),
  ]
  const loaded = loadAhead<string>(() => outcomes.shift()?.() ?? Promise.resolve('there'))
  await expect(loaded()).rejects.toThrow('first')
  await expect(loaded()).rejects.toThrow('second')
  expect(await loaded()).toBe('there')
})
