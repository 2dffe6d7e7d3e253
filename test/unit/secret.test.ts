import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import fc from 'fast-check'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/secret.js'

const VALUE = 'hunter2-hunter2-hunter2'

/** Collects everything that is written to it. */
function collector(): { readonly stream: Writable; readonly text: () => string } {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  return { stream, text: () => text }
}

function nested(): object {
  const secret = new Secret(VALUE)
  const error = Object.assign(new Error('failed', { cause: secret }), { secret })
  return { secret, deep: { list: [secret], map: new Map([['key', secret]]) }, error }
}

describe('a secret', () => {
  test('a secret gives its value to whoever asks by reveal()', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(new Secret(value).reveal()).toBe(value)
      }),
    )
  })

  const secret = new Secret(VALUE)
  const ways: readonly (readonly [string, () => string])[] = [
    ['String()', () => String(secret)],
    ['toString()', () => secret.toString()],
    ['a template', () => `Bearer ${secret.toString()} ${[secret].join()}`],
    ['JSON.stringify', () => JSON.stringify(secret)],
    ['JSON.stringify of an object around it', () => JSON.stringify({ a: [{ secret }] })],
    ['util.inspect', () => inspect(secret)],
    ['util.inspect with hidden members', () => inspect(secret, { showHidden: true })],
    ['util.inspect of a nest', () => inspect(nested(), { depth: Infinity, showHidden: true })],
    ['util.inspect without custom inspection', () => inspect(secret, { customInspect: false })],
    ['util.format', () => format('%s %o %O %j %d', secret, secret, secret, secret, secret)],
    ['Object.entries', () => JSON.stringify(Object.entries(secret))],
    ['own property names', () => Reflect.ownKeys(secret).map(String).join()],
    ['a structured clone', () => inspect(structuredClone(secret))],
    ['v8 serialisation', () => serialize(secret).toString('latin1')],
    ['copying its members', () => JSON.stringify(Object.assign({}, secret))],
  ]

  test.each(ways)('a secret does not show itself through %s', (_way, show) => {
    expect(show()).not.toContain('hunter2')
  })

  test.each(ways.slice(0, 8))('a secret says that it was redacted through %s', (_way, show) => {
    expect(show()).toContain('[redacted]')
  })

  test('a secret does not show itself on a console', () => {
    const output = collector()
    const printer = new Console(output.stream, output.stream)
    printer.log(new Secret(VALUE), nested())
    printer.error('%s', new Secret(VALUE))
    printer.dir(nested(), { depth: 10, showHidden: true })
    printer.table([{ secret: new Secret(VALUE) }])
    expect(output.text()).toContain('[redacted]')
    expect(output.text()).not.toContain('hunter2')
  })

  test('a secret does not show itself in a line of pino', () => {
    const output = collector()
    pino({}, output.stream).info({ ...nested(), err: nested() }, 'secret %o', new Secret(VALUE))
    expect(output.text()).toContain('[redacted]')
    expect(output.text()).not.toContain('hunter2')
  })
})
