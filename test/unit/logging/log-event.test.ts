import { inspect } from 'node:util'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { describeError } from '../../../src/logging/describe-error.js'
import { logEvent } from '../../../src/logging/log-event.js'
import { LOGGER_OPTION, silentLog, type Logger } from '../../../src/logging/logger.js'
import { compileErrors } from '../../helpers/compile-errors.js'

/** A logger whose four functions do the same. */
const allDo = (write: () => unknown): Logger => ({
  ...{ debug: write, info: write, warn: write, error: write },
})

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

describe('an event', () => {
  test.each(LEVELS)(
    'an event of level %s is one line of pino, with its name as the field event',
    (level) => {
      const lines: string[] = []
      const options = { level: 'debug', base: null, timestamp: false }
      const log = pino(options, { write: (line) => void lines.push(line) })
      logEvent(log, level, { event: 'probe', tool: 'greet' })
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        { level: pino.levels.values[level], event: 'probe', tool: 'greet' },
      ])
    },
  )

  test('an event keeps the bindings of a child of pino', () => {
    const lines: string[] = []
    const log = pino({}, { write: (line) => void lines.push(line) }).child({ part: 'mcp' })
    logEvent(log, 'info', { event: 'probe' })
    expect(JSON.parse(lines.join(''))).toMatchObject({ part: 'mcp', event: 'probe' })
  })

  test('an event is written to the console without fields that are undefined, and with its causes readable', () => {
    const lines: string[] = []
    const write = (event: unknown): void => void lines.push(inspect(event))
    const failed = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    })
    const { name, causes } = describeError(failed)
    const event = { event: 'probe', status: undefined, err: { name, causes } }
    logEvent(allDo(write as () => unknown), 'error', event)
    expect(lines.join('')).toContain("causes: [ 'Error ECONNREFUSED: connect' ]")
    expect(lines.join('')).not.toMatch(/undefined|\[Object\]|status/)
  })

  test('an event that the logger throws at does not throw', () => {
    const throwing = allDo(() => {
      throw new Error('disk full')
    })
    for (const level of LEVELS) {
      expect(() => {
        logEvent(throwing, level, { event: 'probe' })
      }).not.toThrow()
    }
  })

  test('an event that an asynchronous logger fails to write leaves no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const keep = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', keep)
    const failing: () => unknown = () => Promise.reject(new Error('disk full'))
    logEvent(allDo(failing), 'info', { event: 'probe' })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', keep)
    expect(unhandled).toEqual([])
  })
})

describe('a logger among options', () => {
  test('a logger among options is pino, the console, or anything with the four functions', () => {
    for (const log of [pino({ level: 'silent' }), console, silentLog]) {
      expect(LOGGER_OPTION.safeParse(log).success).toBe(true)
    }
  })

  test('a logger among options is refused where one of the four functions is missing', () => {
    const three = { ...silentLog, error: undefined }
    for (const log of [three, { event: () => undefined }, () => undefined, null, undefined, 'x']) {
      expect(LOGGER_OPTION.safeParse(log).success).toBe(false)
    }
  })

  const errors = (log: string): readonly string[] =>
    compileErrors(`
      import { pino, type BaseLogger, type Logger as Pino } from 'pino'
      import type { OnBehalfOfOptions } from '../src/index.js'
      export const instance: Pino = pino()
      // What Fastify declares app.log to be.
      export type FastifyBaseLogger = Pick<BaseLogger,
        'level' | 'info' | 'error' | 'debug' | 'fatal' | 'warn' | 'trace' | 'silent'>
      export declare const app: { readonly log: FastifyBaseLogger }
      export const log: OnBehalfOfOptions['log'] = ${log}
    `)

  test.each(['instance', "instance.child({ part: 'mcp' })", 'app.log', 'console'])(
    'a logger among options compiles as the option log: %s',
    (log) => {
      expect(errors(log)).toEqual([])
    },
  )

  test('a logger among options does not compile as the option log where a function is missing', () => {
    expect(errors('{ info: () => undefined }')).toEqual([expect.stringMatching(/^TS2739/)])
  })
})
