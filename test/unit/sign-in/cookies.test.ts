import { expect, test } from 'vitest'
import { readCookie, setCookie } from '../../../src/sign-in/cookies.js'

test('a cookie over https has the prefix that no other host, and no plain connection, can set', () => {
  expect(setCookie('session', 'v', { secure: true, maxAgeSeconds: 299.9 })).toBe(
    '__Host-session=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=299; Secure',
  )
  expect(readCookie('__Host-session=v', 'session', true)).toBe('v')
  expect(readCookie('session=v', 'session', true)).toBeUndefined()
})

test('a cookie over plain http, which is for this machine alone, has no prefix', () => {
  expect(setCookie('session', '', { secure: false, maxAgeSeconds: 0 })).toBe(
    'session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
  )
  expect(readCookie('__Host-session=v', 'session', false)).toBeUndefined()
})

test.each([
  ['a=1; session=v; b=2', 'v'],
  ['session=v=w', 'v=w'],
  ['session=', ''],
  ['session=v; session=w', undefined],
  ['session=v; session=v', undefined],
  ['xsession=v', undefined],
  ['Session=v', undefined],
  ['session', ''],
  ['', undefined],
  [undefined, undefined],
])('of %j the value is %j', (header, value) => {
  expect(readCookie(header, 'session', false)).toBe(value)
})
