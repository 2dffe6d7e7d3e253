import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { describe, expect, test } from 'vitest'
import { SETTINGS } from '../../../src/config/settings.js'
import { parseConfig } from '../../../src/config/config.js'

const TEXT = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')

describe('.env.example', () => {
  test('.env.example documents every setting, in order, and nothing else', () => {
    const keys = [...TEXT.matchAll(/^([A-Z0-9_]+)=/gm)].map(([, key]) => key)
    expect(keys).toEqual(Object.keys(SETTINGS))
    for (const [key, { description }] of Object.entries(SETTINGS)) {
      const comment = TEXT.slice(0, TEXT.indexOf(`\n${key}=`)).replaceAll(/\n# /g, ' ')
      expect(comment).toContain(description)
    }
  })

  test('.env.example works once the empty ones are filled in', () => {
    const config = parseConfig({
      ...parseEnv(TEXT),
      AUTH0_DOMAIN: 'example.eu.auth0.com',
      MCP_AUTH0_CLIENT_ID: 'id',
      MCP_AUTH0_CLIENT_SECRET: 'secret',
    })
    expect(config.issuer.primary).toBe('https://example.eu.auth0.com/')
  })
})
