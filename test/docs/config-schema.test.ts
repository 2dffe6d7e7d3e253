import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CONFIG_SCHEMA_FILE, configSchema } from '../../scripts/docs/config-schema.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { CONFIG_FILE } from '../../src/config/config-file.js'
import { parseConfig } from '../../src/config/config.js'
import { GOOD } from '../unit/config/good-settings.js'

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

test('config.schema.json is what the code says of the configuration file: run npm run docs', async () => {
  expect(read(CONFIG_SCHEMA_FILE)).toBe(await configSchema())
})

test('the package has config.schema.json under the name that the example names', () => {
  const { exports, files } = JSON.parse(read('package.json')) as {
    readonly exports: Readonly<Record<string, unknown>>
    readonly files: readonly string[]
  }
  expect(exports['./config.schema.json']).toBe(`./${CONFIG_SCHEMA_FILE}`)
  expect(files).toContain(CONFIG_SCHEMA_FILE)
  expect(read('docs/configuration.md')).toContain(
    `# yaml-language-server: $schema=./node_modules/mcp-on-behalf-of/${CONFIG_SCHEMA_FILE}\n`,
  )
})

test('the configuration file of the page is one that the server reads', () => {
  const [, text = ''] =
    /```yaml\n(# yaml-language-server[^]*?)```/.exec(read('docs/configuration.md')) ?? []
  const file = { name: 'mcp-on-behalf-of.yaml', path: '/etc/mcp-on-behalf-of.yaml', text }
  const config = parseConfig({ ...GOOD, [CONFIG_FILE]: file })
  expect(Object.keys(config.apis)).toEqual(['api', 'trips', 'crm'])
})
