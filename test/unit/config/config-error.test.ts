import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config.js'

describe('a ConfigError that nobody catches', () => {
  test('a ConfigError that Node prints has each issue once, and no stack', () => {
    const issues = [{ key: 'PORT', value: 'http', hint: 'must be a number' }]
    const error = new ConfigError(issues)
    const lines = inspect(error).split('\n')
    expect(lines).toEqual([
      '[ConfigError: The configuration has 1 issue:',
      '  PORT="http": must be a number',
      ']',
    ])
    expect(error.issues).toBe(issues)
    expect(error).toBeInstanceOf(Error)
  })
})
