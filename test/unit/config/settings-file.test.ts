import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ConfigError, readSettings } from '../../../src/config/config.js'
import { warnOfSettingsFile } from '../../../src/config/settings-file-doubts.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { thrownBy } from '../outcomes.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'settings-file-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true })
})

const read = (file: string | Uint8Array) => {
  writeFileSync(join(directory, '.env'), file)
  return readSettings(directory)
}

const issuesOf = (file: string | Uint8Array): ConfigError => {
  const error = thrownBy(() => read(file))
  if (error instanceof ConfigError) return error
  throw new Error('expected a ConfigError', { cause: error })
}

const BIG_ENDIAN = (text: string): Uint8Array => Buffer.from(text, 'utf16le').swap16()

describe('the .env file', () => {
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFISSUER_BASE_URL=https://a.example/\n')],
    ['UTF-16 LE with one', Buffer.from('\uFEFFISSUER_BASE_URL=https://a.example/\r\n', 'utf16le')],
    ['UTF-16 BE with one', BIG_ENDIAN('\uFEFFISSUER_BASE_URL=https://a.example/\r\n')],
    ['UTF-8 with line ends of Windows', Buffer.from('ISSUER_BASE_URL=https://a.example/\r\n')],
    ['UTF-8 with line ends of old', Buffer.from('PORT=1\rISSUER_BASE_URL=https://a.example/\r')],
    ['Latin-1 in a comment', Buffer.from('# f\xfcr\nISSUER_BASE_URL=https://a.example/', 'latin1')],
    ['the words of a shell', Buffer.from('export  ISSUER_BASE_URL = "https://a.example/" # why')],
  ])('[case 50] the .env file is read in %s', (_title, bytes) => {
    const { environment, file } = read(bytes)
    expect(environment['ISSUER_BASE_URL']).toBe('https://a.example/')
    expect(file.names).toContain('ISSUER_BASE_URL')
    expect(file.doubts).toEqual([])
  })

  test.each([
    ['UTF-16 LE', Buffer.from('ISSUER_BASE_URL=https://a.example/', 'utf16le')],
    ['UTF-16 BE', BIG_ENDIAN('ISSUER_BASE_URL=https://a.example/')],
    ['UTF-32 LE', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])],
  ])(
    '[case 50] the .env file in %s without a mark is refused, and the text says how to save it',
    (_t, bytes) => {
      expect(issuesOf(bytes).message).toMatch(/\.env: is no text in UTF-8\. Save it as UTF-8/)
    },
  )

  test('the .env file that is a directory, or far too large, is refused by name', () => {
    mkdirSync(join(directory, '.env'))
    expect(() => readSettings(directory)).toThrow(/\.env: is a directory/)
    rmSync(join(directory, '.env'), { recursive: true })
    expect(issuesOf('#'.repeat(1024 * 1024 + 1)).message).toContain('.env: is larger than')
  })

  test.each([
    ['ab#cd', 'ab'],
    ['#abcd', ''],
    ['a b#c # comment', 'a b'],
  ])(
    '[case 52] the .env file refuses a # without a space in front, since others read on: %s',
    (value) => {
      const { issues, message } = issuesOf(`PORT=1\nMCP_AUTH0_CLIENT_SECRET=${value}\n`)
      expect(issues).toEqual([
        {
          key: 'MCP_AUTH0_CLIENT_SECRET',
          hint: expect.stringContaining('line 2 of .env') as string,
        },
      ])
      expect(message).toContain('single quotes')
      expect(message).not.toContain(value)
    },
  )

  test.each([
    ["'ab#cd'", 'ab#cd'],
    ['"ab#cd" # why', 'ab#cd'],
    ['"ab#cd"#why', 'ab#cd'],
    ['abcd # why', 'abcd'],
    ['abcd\t#why', 'abcd'],
    ['ab cd', 'ab cd'],
    ['# why', ''],
    [' # why', ''],
    ['a"b\'c', 'a"b\'c'],
    ['"one\ntwo"', 'one\ntwo'],
    ['"one\\ntwo"', 'one\ntwo'],
    ['a=b==', 'a=b=='],
  ])('[case 52] the .env file reads %j as everybody does', (written, value) => {
    const { environment, file } = read(`MCP_AUTH0_CLIENT_SECRET=${written}\nPORT=4000\n`)
    expect(environment).toMatchObject({ MCP_AUTH0_CLIENT_SECRET: value, PORT: '4000' })
    expect(file.doubts).toEqual([])
  })

  test('[case 52] the .env file does not judge a # in names of other programs, or in values that a variable overrules', () => {
    vi.stubEnv('MCP_AUTH0_CLIENT_SECRET', 'from the process')
    const { environment } = read('OTHER_COLOUR=#fff\nMCP_AUTH0_CLIENT_SECRET=ab#cd\n')
    expect(environment['MCP_AUTH0_CLIENT_SECRET']).toBe('from the process')
  })

  test.each([
    ['MCP_AUTH0_CLIENT_ID="a" b', 'MCP_AUTH0_CLIENT_ID', 'behind its closing quote in line 1'],
    ['PORT="4000\nHOST=::1\nX="y"', 'HOST', 'the quote that opens in line 1 is closed in line 3'],
    ['X="4000\nHOST=::1\nY="y"', 'HOST', 'is a part of the value of another name'],
    ['AUTH0_DOMAIN: a.example', 'AUTH0_DOMAIN', 'line 1 of .env, but not as NAME=value'],
    ['$env:AUTH0_DOMAIN="a.example"', 'AUTH0_DOMAIN', 'but not as NAME=value'],
    ['set AUTH0_DOMAIN=a.example', 'AUTH0_DOMAIN', 'but not as NAME=value'],
  ])(
    'the .env file refuses a line that seems to set something and does not: %j',
    (text, key, hint) => {
      expect(issuesOf(text).issues).toContainEqual({
        key,
        hint: expect.stringContaining(hint) as string,
      })
    },
  )

  test('the .env file is logged where lines do nothing: no assignment, or overruled by a later one', () => {
    const log = new RecordingLog()
    const text =
      'PORT=1\nS3CRET and prose\nPORT=4000\nHOST=\nHOST=::1\nHOST=::1\nLOG_LEVEL=info\nLOG_LEVEL=\n'
    const { environment, file } = read(text)
    warnOfSettingsFile(file, log)
    expect(environment).toMatchObject({ PORT: '4000', HOST: '::1' })
    expect(log.named('settings_line_ignored').map(({ fields }) => fields)).toMatchObject([
      { line: 2, problem: 'no_assignment' },
      { line: 1, name: 'PORT', problem: 'set_twice' },
      { line: 7, name: 'LOG_LEVEL', problem: 'set_twice' },
    ])
    expect(log.text()).not.toContain('S3CRET')
  })

  test('the .env file does not lose the setting behind a line that is no assignment', () => {
    expect(read('a key without value\nPORT=4000\n').environment['PORT']).toBe('4000')
  })
})

describe('a secret in a file of its own', () => {
  const withSecret = (content: string | Uint8Array | undefined) => {
    const path = join(directory, 'secret')
    if (content !== undefined) writeFileSync(path, content)
    return `MCP_AUTH0_CLIENT_SECRET_FILE=${path}\n`
  }

  test.each([
    ['a byte order mark', '\uFEFFhunter2\r\n'],
    ['UTF-16 as PowerShell writes it', Buffer.from('\uFEFFhunter2\r\n', 'utf16le')],
    ['line breaks', '\nhunter2\n\n'],
  ])('[case 50] a secret in a file of its own is read without %s', (_title, content) => {
    expect(read(withSecret(content)).environment['MCP_AUTH0_CLIENT_SECRET']).toBe('hunter2')
  })

  test.each(['a #b', "ab'", '"ab', '#ab'])(
    '[case 52] a secret in a file of its own may hold what .env cannot: %s',
    (secret) => {
      expect(read(withSecret(secret)).environment['MCP_AUTH0_CLIENT_SECRET']).toBe(secret)
    },
  )

  test.each([
    ['is empty', '\n', 'names an empty file'],
    ['is not there', undefined, 'cannot be read: no such file'],
    ['is binary', Buffer.from([1, 0, 2]), 'names a file that is no text in UTF-8'],
    ['is far too large', 'a'.repeat(1024 * 1024 + 1), 'names a file larger than any value'],
  ])('a secret in a file of its own that %s is an issue', (_title, content, hint) => {
    expect(issuesOf(withSecret(content)).issues).toMatchObject([
      { key: 'MCP_AUTH0_CLIENT_SECRET_FILE', hint: expect.stringContaining(hint) as string },
    ])
  })

  test('a secret in a file of its own that is a directory is an issue', () => {
    expect(issuesOf(`MCP_AUTH0_CLIENT_SECRET_FILE=${directory}\n`).message).toContain(
      'names a directory. Name the file in it',
    )
  })

  test('[case 51] a secret in a file of its own whose path has quotes that Docker kept is an issue with that hint', () => {
    vi.stubEnv('MCP_AUTH0_CLIENT_SECRET_FILE', '"/run/secrets/client"')
    expect(issuesOf('').message).toMatch(/_FILE=.*has quotes around its value/)
  })
})
