import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.js'
import { parseConfig } from '../../src/config/config.js'
import { FILE_SETTINGS } from '../../src/config/setting-names.js'
import { SETTINGS } from '../../src/config/settings.js'

const FOLDER = 'docs/identity-providers'
const pages = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith('.md'))
const read = (name: string): string => readFileSync(join(ROOT, FOLDER, name), 'utf8')

/** The settings of each block of a page, the first being the whole `.env`. */
function settingsOn(page: string): readonly Readonly<Record<string, string>>[] {
  return [...read(page).matchAll(/^```ini\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
    Object.fromEntries(
      block
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const at = line.indexOf('=')
          return [line.slice(0, at), line.slice(at + 1).replace('…', 'a-secret-of-the-mcp-server')]
        }),
    ),
  )
}

/** What is found of the identity provider, by the page. */
const FOUND: Readonly<Record<string, string>> = {
  'entra.md': 'entra',
  'keycloak.md': 'keycloak',
  'okta.md': 'okta',
  'workos.md': 'workos',
  'cognito.md': 'cognito',
  'authentik.md': 'generic',
  'pingone.md': 'generic',
}

describe('the pages of the identity providers', () => {
  test.each(pages)('%s: the server starts with its .env, and finds that provider', (page) => {
    const [environment = {}] = settingsOn(page)
    expect(parseConfig(environment).identityProvider.name).toBe(FOUND[page])
  })

  test.each(pages)('%s: all settings of its examples are settings of the server', (page) => {
    const known = new Set([
      ...Object.keys(SETTINGS),
      ...FILE_SETTINGS.map((name) => `${name}_FILE`),
    ])
    const named = settingsOn(page).flatMap((settings) => Object.keys(settings))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  test.each(pages)('%s: every setting that it names is one', (page) => {
    const words = [...read(page).matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)]
    const known = new Set([
      ...Object.keys(SETTINGS),
      ...FILE_SETTINGS.map((name) => `${name}_FILE`),
    ])
    const theirs = /^(?:ALLOW_|TOKEN_EXCHANGE_ERROR$|TENANT_ID$|POOL_ID$|OBJECT_ID$)/
    const strange = words
      .map(([, name = '']) => name)
      .filter((name) => !known.has(name) && !theirs.test(name))
    expect(strange).toEqual([])
  })

  test.each(pages)('%s: says plainly that it was not run against the service', (page) => {
    expect(read(page)).toMatch(/\*\*(?:It was never run|The server was not run) against/)
  })
})
