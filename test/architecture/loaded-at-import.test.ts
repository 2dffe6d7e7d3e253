import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadedAtImport } from './loaded-at-import.js'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

test('importing the library loads the packages that all its parts need, and no other one', () => {
  const packages = [...loadedAtImport(ROOT, 'src/index.ts').keys()]
  expect(packages.filter((name) => !name.startsWith('node:')).sort()).toEqual([
    '@modelcontextprotocol/node',
    '@modelcontextprotocol/server',
    '@opentelemetry/api',
    'cors',
    'express',
    'helmet',
    'jose',
    'lru-cache',
    'zod',
  ])
})

test('importing the error class alone loads no package', () => {
  expect([...loadedAtImport(ROOT, 'src/failures/errors.ts').keys()]).toEqual([])
})

test('importing the standalone server loads no package that a configuration chooses', () => {
  const packages = loadedAtImport(ROOT, 'src/server.ts')
  const chosen = ['@auth0/auth0-api-js', '@auth0/auth0-auth-js', 'openid-client', 'undici', 'yaml']
  expect(chosen.filter((name) => packages.has(name))).toEqual([])
  expect(packages.get('pino')).toBe('src/server/log-output.ts')
})
