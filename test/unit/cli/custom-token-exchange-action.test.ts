import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { customTokenExchangeAction } from '../../../cli/setup/custom-token-exchange-action.js'

const MAX_ACTION_BYTES = 100_000

test('the Action for Custom Token Exchange is deployed with the version of jose that the tests run it with', () => {
  const file = createRequire(import.meta.url)
    .resolve('jose')
    .replace(/\/dist\/.*$/, '/package.json')
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  expect(customTokenExchangeAction().dependencies).toEqual([{ name: 'jose', version }])
})

test('the Action for Custom Token Exchange requires its declared dependencies alone, and is as small as Auth0 wants it', () => {
  const { code, dependencies } = customTokenExchangeAction()
  const required = [...code.matchAll(/require\('([^']+)'\)/g)].map(([, name]) => name)
  expect(required).toEqual(dependencies.map(({ name }) => name))
  expect(Buffer.byteLength(code)).toBeLessThan(MAX_ACTION_BYTES)
})
