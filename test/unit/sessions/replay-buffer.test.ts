import { AsyncResource } from 'node:async_hooks'
import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { ReplayBuffer } from '../../../src/sessions/replay-buffer.js'
import { callerOf } from '../../helpers/exchange-requests.js'
import { failureThrownBy } from '../outcomes.js'

const message = (text: string): JSONRPCMessage => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { text },
})

async function replayed(buffer: ReplayBuffer, after: string): Promise<unknown[]> {
  const sent: unknown[] = []
  await buffer.replayEventsAfter(after, {
    send: (_, event) => {
      sent.push((event as { params?: { text?: string } }).params?.text)
      return Promise.resolve()
    },
  })
  return sent
}

describe('the messages a session keeps', () => {
  test('the messages a session keeps come again after the one the client saw last, of its stream alone, in order', async () => {
    const buffer = new ReplayBuffer()
    const first = await buffer.storeEvent('a', message('1'))
    await buffer.storeEvent('b', message('other stream'))
    await buffer.storeEvent('a', message('2'))
    await buffer.storeEvent('a', message('3'))
    expect(await replayed(buffer, first)).toEqual(['2', '3'])
    expect(await buffer.getStreamIdForEventId(first)).toBe('a')
  })

  test('the messages a session keeps are bounded: the oldest go, and nothing resumes from one that is gone', async () => {
    const buffer = new ReplayBuffer({ maxBytes: 2_000 })
    const first = await buffer.storeEvent('a', message('x'.repeat(300)))
    const second = await buffer.storeEvent('a', message('y'.repeat(300)))
    await buffer.storeEvent('a', message('z'.repeat(300)))
    expect(await buffer.getStreamIdForEventId(first)).toBeUndefined()
    await expect(replayed(buffer, first)).rejects.toThrow(/no such event/)
    expect(await replayed(buffer, second)).toEqual(['z'.repeat(300)])
  })

  test('many small messages do not count as nothing', async () => {
    const buffer = new ReplayBuffer({ maxBytes: 10_000 })
    const first = await buffer.storeEvent('a', {} as unknown as JSONRPCMessage)
    for (let count = 0; count < 20; count += 1) {
      await buffer.storeEvent('a', {} as unknown as JSONRPCMessage)
    }
    expect(await buffer.getStreamIdForEventId(first)).toBeUndefined()
  })

  test('[S16.6] an answer over the bound is not kept: who comes back for it gets an error in its place', async () => {
    const buffer = new ReplayBuffer({ maxBytes: 2_000 })
    const first = await buffer.storeEvent('a', {} as unknown as JSONRPCMessage)
    const large = { content: [{ type: 'text', text: 'x'.repeat(5_000) }] }
    await buffer.storeEvent('a', { jsonrpc: '2.0', id: 7, result: large })
    const sent: JSONRPCMessage[] = []
    await buffer.replayEventsAfter(first, {
      send: (_, event) => {
        sent.push(event)
        return Promise.resolve()
      },
    })
    expect(sent).toMatchObject([
      { id: 7, error: { message: expect.stringContaining('too large to be kept') as string } },
    ])
    expect(JSON.stringify(sent)).not.toContain('xxx')
  })

  test('[S16.6] a stream with a notice that was too large to be kept is not resumed from before it', async () => {
    const buffer = new ReplayBuffer({ maxBytes: 2_000 })
    const before = await buffer.storeEvent('a', message('1'))
    const large = await buffer.storeEvent('a', message('x'.repeat(5_000)))
    await buffer.storeEvent('a', message('2'))
    expect(await buffer.getStreamIdForEventId(before)).toBeUndefined()
    expect(await replayed(buffer, large)).toEqual(['2'])
  })

  test.each(['', '0', '-1', '1.0', '1e0', '999', ' 1', '__proto__', '9'.repeat(400)])(
    'no event is called %j',
    async (id) => {
      const buffer = new ReplayBuffer()
      await buffer.storeEvent('a', message('1'))
      expect(await buffer.getStreamIdForEventId(id)).toBeUndefined()
    },
  )

  test('the event that only marks a beginning is not sent again', async () => {
    const buffer = new ReplayBuffer()
    const marker = {} as unknown as JSONRPCMessage
    const first = await buffer.storeEvent('a', marker)
    await buffer.storeEvent('a', marker)
    await buffer.storeEvent('a', message('1'))
    expect(await replayed(buffer, first)).toEqual(['1'])
  })
})

test('[S16.9] a refusal to resume has bounded names of user, client and scopes in the log', async () => {
  const long = { subject: 's'.repeat(9_000), clientId: 'c'.repeat(9_000) }
  const scopes = Array.from({ length: 500 }, (_, n) => `${n}${'x'.repeat(500)}`)
  for (const more of [{ scopes }, { permissions: scopes }]) {
    const buffer = new ReplayBuffer()
    const event = await buffer.during(callerOf({ ...long, ...more }), () =>
      buffer.storeEvent('a', message('1')),
    )
    const reader = callerOf({ ...long, scopes: callerOf().scopes, permissions: [] })
    const { details } = failureThrownBy(() => {
      buffer.assertReadable(event, reader)
    })
    expect(details.log?.['subject']).toContain('9000 characters, sha256')
    expect(JSON.stringify(details.log).length).toBeLessThan(6_000)
  }
})

test('[S16.6] the challenge of a refusal to resume asks for what is missing first, and for no more than fits into a header', async () => {
  const scopes = Array.from({ length: 500 }, (_, n) => `${n}:${'x'.repeat(20)}`)
  const buffer = new ReplayBuffer()
  const event = await buffer.during(callerOf({ scopes: ['tool:greet', ...scopes] }), () =>
    buffer.storeEvent('a', message('1')),
  )
  const { details, message: text } = failureThrownBy(() => {
    buffer.assertReadable(event, callerOf({ scopes }))
  })
  expect(details.scopes?.[0]).toBe('tool:greet')
  expect(details.scopes?.join(' ').length).toBeLessThan(2_001)
  expect(text.length).toBeLessThan(200)
})

test('sessions that have ended cost nothing: no storage of theirs is passed on to what others do', () => {
  const storages = (): number =>
    Object.getOwnPropertySymbols(new AsyncResource('what another request does')).length
  const useOne = (): void => {
    new ReplayBuffer().during(callerOf(), () => undefined)
  }
  useOne()
  const before = storages()
  for (let session = 0; session < 20; session += 1) useOne()
  expect(storages()).toBe(before)
})
