import type { ServerEvent } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { EntrySeal } from '../../../src/store/entry-seal.js'
import { createSharedEventBus } from '../../../src/sessions/shared-event-bus.js'
import { Secret } from '../../../src/secret.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { StoreUnavailableError, type Listener, type Store } from '../../../src/store/store.js'
import { ManualClock, settled } from '../../helpers/exchange-clock.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const KEYS = [new Secret('k'.repeat(32))]
const WINDOW_MS = 100
const TOOLS: ServerEvent = { kind: 'tools_list_changed' }
const ALL = ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed']

/** A store whose messages a test sees, and that it can take away. */
function openStore() {
  const memory = createMemoryStore()
  const published: string[] = []
  const listeners: Listener[] = []
  let isGone = false
  const store: Pick<Store, 'publish' | 'subscribe'> = {
    publish: (channel, message) => {
      if (isGone) return Promise.reject(new StoreUnavailableError('gone'))
      published.push(message)
      return memory.publish(channel, message)
    },
    subscribe: (channel, listener) => {
      listeners.push(listener)
      return memory.subscribe(channel, listener)
    },
  }
  return {
    store: store as Store,
    published,
    send: (message: string) => memory.publish('notifications', message),
    lose: () => (isGone = true),
    /** It comes back; so many buses, the oldest first, had lost it. */
    comeBack: (lostBy = listeners.length) => {
      isGone = false
      for (const listener of listeners.slice(0, lostBy)) listener.gap?.()
    },
  }
}

function setUp() {
  const time = new ManualClock()
  const log = new RecordingLog()
  const opened = openStore()
  const bus = (keys = KEYS) => {
    const made = createSharedEventBus({ store: opened.store, keys, log, timers: time.timers })
    const heard: ServerEvent[] = []
    made.subscribe((event) => {
      heard.push(event)
    })
    return { bus: made, heard }
  }
  return { ...opened, time, log, bus, one: bus(), other: bus() }
}

const uri = (name: string): ServerEvent => ({ kind: 'resource_updated', uri: `file:///${name}` })
const sealed = (message: unknown): string =>
  Buffer.from(new EntrySeal(KEYS).seal(JSON.stringify(message), { key: 'notifications' })).toString(
    'base64',
  )

describe('an event that one instance publishes', () => {
  test.each<ServerEvent>([
    TOOLS,
    { kind: 'prompts_list_changed' },
    { kind: 'resources_list_changed' },
    uri('a'),
  ])('is heard in all, and once in its own: %o', async (event) => {
    const { one, other } = setUp()
    one.bus.publish(event)
    await settled()
    expect(one.heard).toEqual([event])
    expect(other.heard).toEqual([event])
  })

  test('is not heard within the call that publishes it', async () => {
    const { one } = setUp()
    one.bus.publish(TOOLS)
    expect(one.heard).toEqual([])
    await settled()
    expect(one.heard).toEqual([TOOLS])
  })

  test('brings its params to listeners of its own process alone', async () => {
    const { one, other } = setUp()
    const params = { _meta: { user: 'alice' } }
    one.bus.publish({ ...TOOLS, params })
    await settled()
    expect(one.heard).toEqual([{ ...TOOLS, params }])
    expect(other.heard).toEqual([TOOLS])
  })

  test('cannot be read in the store', async () => {
    const { one, published } = setUp()
    one.bus.publish(uri('of-alice'))
    await settled()
    expect(published).toHaveLength(1)
    expect(Buffer.from(published.join(), 'base64').toString('latin1')).not.toContain('alice')
  })

  test('is heard by the others though one of them throws, and no longer by one that has left', async () => {
    const { one, other } = setUp()
    const leave = one.bus.subscribe(() => {
      throw new Error('broken')
    })
    const late: ServerEvent[] = []
    one.bus.subscribe((event) => {
      late.push(event)
    })
    other.bus.publish(TOOLS)
    await settled()
    expect(late).toEqual([TOOLS])
    leave()
    other.bus.close()
    one.bus.publish(TOOLS)
    await settled()
    expect(other.heard).toEqual([TOOLS])
  })

  test('stays in its process where its address is longer than others are told', async () => {
    const { one, other, log } = setUp()
    one.bus.publish(uri('a'.repeat(2_048)))
    await settled()
    expect(one.heard).toHaveLength(1)
    expect(other.heard).toEqual([])
    expect(log.named('notification_dropped')).toMatchObject([{ fields: { reason: 'too_long' } }])
  })

  test('is understood with the longest address, in any characters', async () => {
    const { one, other } = setUp()
    const long = { ...uri('a'), uri: '"'.repeat(1_024) + '\u{1f600}'.repeat(512) }
    one.bus.publish(long)
    await settled()
    expect(other.heard).toEqual([long])
  })
})

describe('many events', () => {
  test('of one kind are passed on once at once, and once after a while', async () => {
    const { time, one, other, published } = setUp()
    for (let count = 0; count < 1_000; count += 1) one.bus.publish(TOOLS)
    await settled()
    expect(published).toHaveLength(1)
    await time.advance(10 * WINDOW_MS)
    expect(published).toHaveLength(2)
    expect(other.heard).toEqual([TOOLS, TOOLS])
    expect(time.pending).toBe(0)
  })

  test('of more resources than pass become one change of their list, and one line', async () => {
    const { time, one, other, log } = setUp()
    for (let count = 0; count < 1_000; count += 1) one.bus.publish(uri(`${count}`))
    await time.advance(10 * WINDOW_MS)
    const kinds = other.heard.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'resource_updated')).toHaveLength(101)
    expect(kinds.filter((kind) => kind === 'resources_list_changed')).toHaveLength(1)
    expect(log.named('notification_dropped')).toMatchObject([{ fields: { reason: 'too_many' } }])
  })

  test('from the store reach listeners as few', async () => {
    const { time, send, one } = setUp()
    const from = '7b0e3c4e-6a55-4a0c-9a75-0a8f3c1d2e4f'
    for (let count = 0; count < 1_000; count += 1) await send(sealed({ from, event: TOOLS }))
    await time.advance(10 * WINDOW_MS)
    expect(one.heard).toEqual([TOOLS, TOOLS])
  })
})

describe('what may have been missed', () => {
  test('is made good by one change of each list', async () => {
    const { time, comeBack, one, other } = setUp()
    comeBack(1)
    await time.advance(10 * WINDOW_MS)
    expect(one.heard.map(({ kind }) => kind).toSorted()).toEqual(ALL.toSorted())
    expect(other.heard).toEqual([])
  })

  test('is made good in others too, where they could not be told', async () => {
    const { time, lose, comeBack, one, other } = setUp()
    lose()
    one.bus.publish(TOOLS)
    await settled()
    expect(other.heard).toEqual([])
    comeBack(1)
    comeBack(1)
    await time.advance(10 * WINDOW_MS)
    expect(other.heard.map(({ kind }) => kind).toSorted()).toEqual(ALL.toSorted())
  })
})

describe('a message that is none of another instance', () => {
  const from = '7b0e3c4e-6a55-4a0c-9a75-0a8f3c1d2e4f'
  test.each([
    ['clear text', JSON.stringify({ from, event: TOOLS })],
    ['nothing', ''],
    ['much', 'A'.repeat(1_000_000)],
    ['sealed, and no event', sealed('tools_list_changed')],
    ['sealed, of another kind', sealed({ from, event: { kind: 'logging' } })],
    ['sealed, with params', sealed({ from, event: { ...TOOLS, params: { a: 1 } } })],
    ['sealed, with an address that is too long', sealed({ from, event: uri('a'.repeat(9_000)) })],
    ['sealed, of nobody', sealed({ event: TOOLS })],
    [
      'sealed for something else',
      Buffer.from(new EntrySeal(KEYS).seal('{}', { key: 'other' })).toString('base64'),
    ],
  ])('is dropped, with one line a minute: %s', async (_, message) => {
    const { time, log, send, one } = setUp()
    const lines = () => log.named('notification_dropped').length
    for (let count = 0; count < 5; count += 1) await send(message)
    await settled()
    expect(one.heard).toEqual([])
    expect(lines()).toBe(2)
    await time.advance(60_000)
    await send(message)
    await settled()
    expect(lines()).toBe(4)
  })

  test('is one of another deployment, with another key', async () => {
    const { bus, one } = setUp()
    bus([new Secret('other'.repeat(8))]).bus.publish(TOOLS)
    await settled()
    expect(one.heard).toEqual([])
  })

  test('is understood while a key is replaced', async () => {
    const { bus, one } = setUp()
    const both = bus([new Secret('other'.repeat(8)), ...KEYS])
    one.bus.publish(TOOLS)
    await settled()
    expect(both.heard).toEqual([TOOLS])
  })
})
