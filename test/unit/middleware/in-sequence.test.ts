import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { describe, expect, test } from 'vitest'
import { inSequence } from '../../../middleware/in-sequence.js'

const [REQUEST, RESPONSE] = [{}, {}] as unknown as [Request, Response]

/** What `next` of the whole sequence was called with. */
function endOf(...handlers: RequestHandler[]): Promise<unknown> {
  return new Promise((resolve) => {
    const next: NextFunction = (failure?: unknown) => {
      resolve(failure)
    }
    void inSequence(handlers)(REQUEST, RESPONSE, next)
  })
}

const passing: RequestHandler = (_req, _res, next) => {
  next()
}
const never: RequestHandler = () => {
  throw new Error('reached')
}
const failure = new Error('refused')
/** What JavaScript may reject with. */
const [NOTHING, NULL] = [undefined, null] as unknown as [Error, Error]

describe('handlers in sequence', () => {
  test('handlers in sequence run in their order, and then what comes behind them', async () => {
    const ran: number[] = []
    const numbered = [1, 2, 3].map((number): RequestHandler => {
      return (_req, _res, next) => {
        ran.push(number)
        next()
      }
    })
    expect(await endOf(...numbered)).toBeUndefined()
    expect(ran).toEqual([1, 2, 3])
  })

  test('handlers in sequence may be none', async () => {
    expect(await endOf()).toBeUndefined()
  })

  test.each<readonly [string, RequestHandler]>([
    [
      'passed to next',
      (_req, _res, next) => {
        next(failure)
      },
    ],
    [
      'thrown',
      () => {
        throw failure
      },
    ],
    ['the reason of a rejection', () => Promise.reject(failure)],
    [
      'passed to next later',
      (_req, _res, next) => {
        setImmediate(() => {
          next(failure)
        })
      },
    ],
  ])('handlers in sequence end at a failure that is %s', async (_, failing) => {
    expect(await endOf(passing, failing, never)).toBe(failure)
  })

  test.each<readonly [string, () => Promise<void>]>([
    ['a rejection without a reason', () => Promise.reject(NOTHING)],
    ['a rejection with null', () => Promise.reject(NULL)],
  ])('handlers in sequence do not take %s for success', async (_, failing) => {
    expect(await endOf(passing, failing, never)).toBeInstanceOf(Error)
  })

  test('handlers in sequence wait for one that calls nothing', async () => {
    let passed = false
    void inSequence([() => undefined, never])(REQUEST, RESPONSE, () => {
      passed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(passed).toBe(false)
  })
})
