import { readFileSync } from 'node:fs'
import { validateHeaderValue } from 'node:http'
import { expect, test } from 'vitest'
import { USER_AGENT, VERSION } from '../../../src/version.js'

const manifest = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { readonly name: string; readonly version: string }

test('the version is that of package.json', () => {
  expect(VERSION).toBe(manifest.version)
})

test('the user agent names the package and its version, and is a legal header', () => {
  expect(USER_AGENT).toBe(`${manifest.name}/${manifest.version}`)
  expect(() => {
    validateHeaderValue('user-agent', USER_AGENT)
  }).not.toThrow()
})
