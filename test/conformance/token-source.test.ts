import { UnsecuredJWT } from 'jose'
import { expect, test } from 'vitest'
import { createTokenSource } from './token-source.js'

test('a token is kept until shortly before its end, and fetched once for all who ask', async () => {
  let now = 0
  let fetched = 0
  const token = createTokenSource({
    obtain: () => {
      fetched += 1
      const claims = { exp: now / 1_000 + 60, jti: `${fetched}` }
      return Promise.resolve(new UnsecuredJWT(claims).encode())
    },
    marginMs: 10_000,
    clock: () => now,
  })
  const [first, same] = await Promise.all([token(), token()])
  expect(same).toBe(first)
  now = 49_999
  expect(await token()).toBe(first)
  now = 50_000
  expect(await token()).not.toBe(first)
  expect(fetched).toBe(2)
})

test('a failure is told and not kept', async () => {
  let failing = true
  const token = createTokenSource({
    obtain: () =>
      failing
        ? Promise.reject(new Error('no authorization server'))
        : Promise.resolve(new UnsecuredJWT({ exp: 1e9 }).encode()),
    marginMs: 0,
    clock: () => 0,
  })
  await expect(token()).rejects.toThrow('no authorization server')
  failing = false
  await expect(token()).resolves.toContain('.')
})
