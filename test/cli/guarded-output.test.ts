import { describe, expect, test } from 'vitest'
import { guardOutput } from '../../cli/guarded-output.js'
import { Secret } from '../../src/secret.js'
import { recordingIo } from '../helpers/command-io.js'

describe('output of a command', () => {
  test('never holds a declared secret, as it is or encoded for a URL', () => {
    const io = recordingIo({ directory: '.' })
    const guarded = guardOutput(io)
    const secret = guarded.keep(new Secret('p@ss/word and more'))
    guarded.write(`a ${secret.reveal()} b`)
    guarded.writeError(`c ${encodeURIComponent(secret.reveal())} d`)
    expect(io.output()).toBe('a [redacted] bc [redacted] d')
  })

  test('never holds a declared secret as it stands in JSON', () => {
    const io = recordingIo({ directory: '.' })
    const guarded = guardOutput(io)
    const secret = guarded.keep(new Secret('a "quoted"\\secret\n'))
    guarded.write(JSON.stringify({ said: secret.reveal() }))
    expect(io.output()).toBe('{"said":"[redacted]"}')
  })

  test('never holds a JWT, declared or not', () => {
    const io = recordingIo({ directory: '.' })
    const part = Buffer.from('{"alg":"RS256"}').toString('base64url')
    guardOutput(io).write(`it is ${part}.${part}.${part} indeed`)
    expect(io.output()).toBe('it is [redacted] indeed')
  })

  test('keeps ordinary words, where a secret is as short as one', () => {
    const io = recordingIo({ directory: '.' })
    const guarded = guardOutput(io)
    guarded.keep(new Secret('wrong'))
    guarded.write('something is wrong')
    expect(io.output()).toBe('something is wrong')
  })
})
