import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { originEntry } from '../../../src/http/origin-entry.js'

const issueOf = (value: string): string | undefined =>
  originEntry.safeParse(value).error?.issues[0]?.message

describe('an entry of a list of origins', () => {
  test.each([
    'https://app.example.com',
    'http://localhost:5173',
    'https://[::1]:8443',
    'chrome-extension://abcdefghijklmnop',
    'moz-extension://0d2c2b7e-7b2f-4a0c-9d8e-1f2a3b4c5d6e',
    'safari-web-extension://0D2C2B7E-7B2F',
    'vscode-webview://1a2b3c',
    'vscode-file://vscode-app',
    'tauri://localhost',
    'capacitor://localhost',
    'ionic://localhost',
    'app://obsidian.md',
    'app://localhost:4000',
  ])('[case 34] an entry of a list of origins may be %s, whatever its scheme', (value) => {
    expect(issueOf(value)).toBeUndefined()
  })

  test.each([
    ['null', /must not be null/],
    ['NULL', /must not be null/],
    ['*', /without a wildcard/],
    ['https://*.example.com', /without a wildcard/],
    ['chrome-extension://*', /without a wildcard/],
    ['https://a.example,https://b.example', /without commas/],
    ['https://app.example.com/', /without path or trailing slash/],
    ['https://app.example.com/x', /without path or trailing slash/],
    ['chrome-extension://abcdef/', /without path or trailing slash/],
    ['https://app.example.com:443', /as browsers send it/],
    ['https://App.example.com', /as browsers send it/],
    ['HTTPS://app.example.com', /as browsers send it/],
    ['https://user@app.example.com', /as browsers send it/],
    ['chrome-extension://user@abcdef', /as browsers send it/],
    ['app.example.com', /as browsers send it/],
    ['chrome-extension:abcdef', /as browsers send it/],
    ['file://', /as browsers send it/],
    ['blob:https://app.example.com', /as browsers send it/],
    ['https://app.example.com?x', /as browsers send it/],
    ['', /as browsers send it/],
  ])(
    '[case 34] an entry of a list of origins may not be %j, and the refusal says what to write',
    (value, hint) => {
      expect(issueOf(value)).toMatch(hint)
    },
  )

  test('an entry of a list of origins is the same for the setting ALLOWED_ORIGINS', () => {
    expect(() => parseConfig({ ALLOWED_ORIGINS: 'null' })).toThrow(
      /ALLOWED_ORIGINS="null": must not be null/,
    )
  })
})
