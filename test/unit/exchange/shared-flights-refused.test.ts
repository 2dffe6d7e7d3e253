import { describe, expect, test } from 'vitest'
import type { ExchangedToken } from '../../../src/exchange/token-exchanger.js'
import { StoreUnavailableError } from '../../../src/store/store.js'
import { settled } from '../../helpers/exchange-clock.js'
import { exchangedOf, requestOf, revealed } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'
import { sharingProcesses, type SharingProcess } from './shared-processes.js'

const CLAIMS = '{"access_token":{"acrs":{"value":"c1"}}}'

/** Both processes have the same token, which the API refuses from now on. */
async function refusedInBoth() {
  const both = sharingProcesses()
  const { one, other } = both
  const made = one.exchanger.exchange(requestOf())
  await settled()
  const token = exchangedOf('refused')
  one.inner.at(0).outcome.resolve(token)
  await made
  await settled()
  expect(revealed(await other.exchanger.exchange(requestOf()))).toBe('refused')
  return { ...both, replacing: token.token }
}

async function finish({ inner }: SharingProcess, token: ExchangedToken): Promise<void> {
  inner.exchanges.at(-1)?.outcome.resolve(token)
  await settled()
}

const total = (...processes: readonly SharingProcess[]): number =>
  processes.reduce((sum, { inner }) => sum + inner.exchanges.length, 0)

describe.each([
  ['a new token', undefined],
  ['a token with claims', CLAIMS],
])('%s in place of one that the API refuses', (_, claims) => {
  test('is made once where two processes want it at once', async () => {
    const { time, one, other, replacing } = await refusedInBoth()
    const calls = [one, other].map(({ exchanger }) =>
      exchanger.exchange(requestOf({ claims }), { replacing }),
    )
    await settled()
    await finish(one, exchangedOf('new'))
    await time.advance(200)
    expect((await Promise.all(calls)).map(revealed)).toEqual(['new', 'new'])
    expect(total(one, other)).toBe(2)
  })

  test('is found by a process whose API refuses the old one later, and stays', async () => {
    const { one, other, process, replacing } = await refusedInBoth()
    const made = one.exchanger.exchange(requestOf({ claims }), { replacing })
    await settled()
    await finish(one, exchangedOf('new'))
    await made
    const late = await other.exchanger.exchange(requestOf({ claims }), { replacing })
    expect(revealed(late)).toBe('new')
    expect(revealed(await process().exchanger.exchange(requestOf()))).toBe('new')
    expect(total(one, other)).toBe(2)
  })

  test('is not the refused one, where the store has it once more', async () => {
    const { one, other, replacing } = await refusedInBoth()
    other.counted.before = (command) => {
      if (command === 'delete') throw new StoreUnavailableError('gone')
    }
    const made = other.exchanger.exchange(requestOf({ claims }), { replacing })
    await settled()
    await finish(other, exchangedOf('new'))
    expect(revealed(await made)).toBe('new')
    expect(total(one, other)).toBe(2)
  })
})

test('a refused token that is to be forgotten does not take a newer one with it', async () => {
  const { one, other, process, replacing } = await refusedInBoth()
  const made = one.exchanger.exchange(requestOf(), { replacing })
  await settled()
  await finish(one, exchangedOf('new'))
  await made
  await other.exchanger.forget(requestOf(), replacing)
  expect(revealed(await process().exchanger.exchange(requestOf()))).toBe('new')
})

test('a refused token that a process finds as it gets the lock is not its answer', async () => {
  const { process, replacing } = await refusedInBoth()
  const third = process()
  third.counted.before = () => {
    third.counted.before = () => undefined
    throw new StoreUnavailableError('gone for a moment')
  }
  const made = third.exchanger.exchange(requestOf(), { replacing })
  await settled()
  await finish(third, exchangedOf('new'))
  expect(revealed(await made)).toBe('new')
})

test('claims are asked for anew, also where another process has made a token for them before', async () => {
  const { one, other } = sharingProcesses()
  const request = requestOf({ claims: CLAIMS })
  const made = one.exchanger.exchange(request)
  await settled()
  await finish(one, exchangedOf('first'))
  await made
  const again = other.exchanger.exchange(request)
  await settled()
  await finish(other, exchangedOf('second'))
  expect(revealed(await again)).toBe('second')
})

test('a token that was made for claims and is refused is told so while the store cannot be had', async () => {
  const { one } = sharingProcesses()
  const request = requestOf({ claims: CLAIMS })
  const made = one.exchanger.exchange(request)
  await settled()
  await finish(one, exchangedOf('stepped up'))
  const replacing = (await made).token
  one.counted.before = () => {
    throw new StoreUnavailableError('gone')
  }
  const failure = await failureOf(one.exchanger.exchange(request, { replacing }))
  expect(failure).toMatchObject({ code: 'reauthentication_required' })
})
