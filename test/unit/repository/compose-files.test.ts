import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isUnconfigured } from '../../../src/config/config.js'
import { FILE_SETTINGS } from '../../../src/config/setting-names.js'
import { SETTINGS } from '../../../src/config/settings.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const development = read('compose/development/services.yml')
const configured = read('compose/configured/services.yml')

/** Every variable that is read, with those that name a file with a secret. */
const variables = Object.keys(SETTINGS).flatMap((key) =>
  FILE_SETTINGS.includes(key) ? [key, `${key}_FILE`] : [key],
)

describe('docker-compose.yml', () => {
  test('takes the development set-up only where nothing of a deployment is named', () => {
    const naming = variables.filter((key) => !isUnconfigured({ [key.replace(/_FILE$/, '')]: 'x' }))
    expect(naming.length).toBeGreaterThan(5)
    const turning = [...read('docker-compose.yml').matchAll(/\$\{(\w+):\+\.\.\/configured\/\}\\/g)]
    expect(turning.map(([, key]) => key).sort()).toEqual(naming.sort())
  })

  test('hands every setting on, but for those that say where the server listens', () => {
    const handedOn = [...read('compose/common.yml').matchAll(/^ {6}(\w+):$/gm)].map(
      ([, key]) => key,
    )
    const listening = ['PORT', 'HOST', 'MCP_SERVER_URL']
    expect(handedOn).toEqual(variables.filter((key) => !listening.includes(key)))
  })

  test('publishes on loopback alone', () => {
    const ports = [...`${development}${configured}`.matchAll(/^ {6}- (\S*:\d+)$/gm)]
    expect(ports).toHaveLength(4)
    expect(ports.map(([, port = '']) => port.slice(0, 10))).toEqual(Array(4).fill('127.0.0.1:'))
  })

  test('nothing of the development set-up is in the other one', () => {
    const { clients } = JSON.parse(read('apps/authorization-server/directory.json')) as {
      readonly clients: readonly { readonly client_secret?: string }[]
    }
    const secrets = clients.flatMap(({ client_secret }) => client_secret ?? [])
    expect(secrets.some((secret) => development.includes(secret))).toBe(true)
    const rest = `${configured}${read('compose/common.yml')}${read('Dockerfile')}`
    expect(secrets.filter((secret) => rest.includes(secret))).toEqual([])
    expect(configured).not.toContain('authorization-server')
  })
})

test('no .env gets into an image', () => {
  const lines = read('.dockerignore').split('\n')
  expect(lines.indexOf('*')).toBe(1)
  expect(lines.lastIndexOf('**/.env*')).toBeGreaterThan(
    lines.findLastIndex((line) => line.startsWith('!')),
  )
})
