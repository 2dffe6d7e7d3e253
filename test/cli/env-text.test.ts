import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { envText } from '../../cli/setup/env-text.js'

describe('the text of a .env file', () => {
  test.each([
    ['plain', 'https://api.example.com/'],
    ['with spaces', 'tool:whoami tool:greet'],
    ['with a hash', 'a#b # c'],
    ['with a dollar', 'a$b${c}'],
    ['with an apostrophe', "it's"],
    ['with an equals sign', 'a=b=='],
    ['with a backslash', 'a\\nb'],
  ])('a value %s is read back as it was', (_title, value) => {
    expect(parseEnv(envText({ KEY: value, NEXT: 'x' }))).toEqual({ KEY: value, NEXT: 'x' })
  })

  test.each([`both ' and "`, 'two\nlines \' and "'])(
    'a value that no such file can hold is refused without being quoted',
    (value) => {
      expect(() => envText({ KEY: value })).toThrow(/^KEY cannot stand in a \.env file$/)
    },
  )
})
