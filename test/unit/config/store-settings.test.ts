import { expect, test } from 'vitest'
import { parseConfig, type Environment } from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'
import { issuesOf } from './issues-of.js'

const KEY = Buffer.alloc(32, 1).toString('base64')
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64url')
const STORE = { STORE_URL: 'redis://redis.internal', STORE_KEY: KEY, INSTANCES: '3' }

const addressOf = (STORE_URL: string) => {
  const { store } = parseConfig({ ...GOOD, ...STORE, STORE_URL })
  if (store === undefined) throw new Error('there is no store')
  const { password, ...address } = store.address
  return { ...address, password: password?.reveal() }
}

test('parseConfig shares nothing without STORE_URL, and with it takes the defaults', () => {
  expect(parseConfig(GOOD).store).toBeUndefined()
  const { store } = parseConfig({ ...GOOD, ...STORE, STORE_KEY: `${OTHER_KEY}\n${KEY}` })
  expect(store).toMatchObject({ prefix: 'mcp-obo:', outage: 'refuse', instances: 3 })
  expect(store?.keys.map((key) => key.reveal())).toEqual([OTHER_KEY, KEY])
})

test.each([
  ['redis://redis.internal', { kind: 'single', tls: false, database: 0 }, 'redis.internal:6379'],
  ['rediss://h:80/2', { kind: 'single', tls: true, database: 2 }, 'h:80'],
  ['redis://[::1]:7000', { kind: 'single' }, '::1:7000'],
  ['redis://mcp:p%40ss@h', { username: 'mcp', password: 'p@ss' }, 'h:6379'],
  ['redis://:secret@h', { username: undefined, password: 'secret' }, 'h:6379'],
  ['redis+sentinel://a,b:5000/main', { kind: 'sentinel', name: 'main' }, 'a:26379 b:5000'],
  ['rediss+sentinel://a/main/1', { kind: 'sentinel', tls: true, database: 1 }, 'a:26379'],
  ['redis+cluster://a,b', { kind: 'cluster', database: 0 }, 'a:6379 b:6379'],
])('parseConfig reads the store address %s', (url, expected, nodes) => {
  const address = addressOf(url)
  expect(address).toMatchObject(expected)
  expect(address.nodes.map(({ host, port }) => `${host}:${port}`).join(' ')).toBe(nodes)
})

test('parseConfig takes the password of the sentinels from STORE_SENTINEL_PASSWORD, and none for them from STORE_PASSWORD', () => {
  const settings = { ...GOOD, ...STORE, STORE_URL: 'redis+sentinel://s/fleet', STORE_PASSWORD: 'a' }
  expect(parseConfig(settings).store?.sentinelPassword).toBeUndefined()
  const { store } = parseConfig({ ...settings, STORE_SENTINEL_PASSWORD: 'b' })
  expect(store?.sentinelPassword?.reveal()).toBe('b')
  expect(store?.address.password?.reveal()).toBe('a')
})

test('parseConfig takes the password of the store from STORE_PASSWORD', () => {
  const { store } = parseConfig({ ...GOOD, ...STORE, STORE_PASSWORD: 'hunter3' })
  expect(store?.address.password?.reveal()).toBe('hunter3')
})

test('parseConfig has a password of the sentinels that is not that of the store', () => {
  const STORE_URL = 'redis+sentinel://:of-the-store@a/main'
  const { store } = parseConfig({
    ...GOOD,
    ...STORE,
    STORE_URL,
    STORE_SENTINEL_PASSWORD: 'hunter4',
  })
  expect(store?.sentinelPassword?.reveal()).toBe('hunter4')
  expect(store?.address.password?.reveal()).toBe('of-the-store')
})

test.each<readonly [string, Environment, RegExp]>([
  ['another scheme', { ...STORE, STORE_URL: 'http://redis' }, /^STORE_URL must be redis:\/\//],
  ['several hosts', { ...STORE, STORE_URL: 'redis://a,b' }, /^STORE_URL must name one host/],
  [
    'no name of a sentinel',
    { ...STORE, STORE_URL: 'redis+sentinel://a' },
    /^STORE_URL must end in/,
  ],
  ['a path', { ...STORE, STORE_URL: 'redis://a/x' }, /^STORE_URL must have nothing behind/],
  [
    'a database of a cluster',
    { ...STORE, STORE_URL: 'redis+cluster://a/1' },
    /^STORE_URL must have no/,
  ],
  ['a bad port', { ...STORE, STORE_URL: 'redis://a:99999' }, /^STORE_URL must name hosts/],
  [
    'a bad encoding',
    { ...STORE, STORE_URL: 'redis://u:%@a' },
    /^STORE_URL must have its user name/,
  ],
  ['a short key', { ...STORE, STORE_KEY: 'c2hvcnQ=' }, /^STORE_KEY must be one or several keys/],
  ['one short key of two', { ...STORE, STORE_KEY: `${KEY} abc` }, /^STORE_KEY must be one or/],
  ['no key', { ...STORE, STORE_KEY: '' }, /^STORE_KEY is missing/],
  ['no INSTANCES', { ...STORE, INSTANCES: '' }, /^INSTANCES is missing/],
  ['no instance', { ...STORE, INSTANCES: '0' }, /^INSTANCES must be a whole number from 1/],
  [
    'a password of sentinels without sentinels',
    { ...STORE, STORE_SENTINEL_PASSWORD: 'b' },
    /^STORE_SENTINEL_PASSWORD has no effect: STORE_URL names no sentinels/,
  ],
  [
    'two passwords',
    { ...STORE, STORE_URL: 'redis://:a@h', STORE_PASSWORD: 'b' },
    /^STORE_PASSWORD is set, and STORE_URL has a password too/,
  ],
  [
    'a password of sentinels alone',
    { STORE_SENTINEL_PASSWORD: 'b' },
    /^STORE_SENTINEL_PASSWORD has no effect without a store/,
  ],
  ['a key alone', { STORE_KEY: KEY }, /^STORE_KEY has no effect without a store/],
  ['INSTANCES alone', { INSTANCES: '2' }, /^INSTANCES has no effect without a store/],
  ['STORE_OUTAGE alone', { STORE_OUTAGE: 'local' }, /^STORE_OUTAGE has no effect/],
])('parseConfig refuses a store with %s', (_what, environment, message) => {
  expect(issuesOf({ ...GOOD, ...environment })).toEqual([expect.stringMatching(message)])
})

test('no error shows a password of the store', () => {
  const issues = issuesOf({ ...GOOD, ...STORE, STORE_URL: 'redis://:hunter3@a/x' })
  expect(issues.join()).not.toContain('hunter3')
})
