import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { expect, inject, test } from 'vitest'
import { run, runWell } from '../helpers/run.js'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** What may be in the package; everything else is a mistake until it stands here. */
const ALLOWED = [
  /^(?:package\.json|(?:audit-record|config)\.schema\.json|LICENSE|(?:README|CHANGELOG|CONTRIBUTING|SECURITY)\.md|\.env\.example)$/,
  /^docs\/(?:identity-providers\/)?[a-z0-9-]+\.md$/,
  /^docs\/monitoring\/(?:alerts\.yaml|grafana-dashboard\.json)$/,
  /^examples\/(?:README\.md|development-directory\.json|(?:auth0-quickstart\/)?[a-z0-9-]+\.ts|policies\/[a-z-]+\.(?:cedar|rego)|tracing\.mjs)$/,
  /^dist\/(?:src|middleware|routes|cli)\/[a-z0-9/-]+(?:\.js|\.d\.ts)$/,
  /^dist\/cli\/setup\/custom-token-exchange-action\.cjs$/,
]

const NEEDED = [
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  '.env.example',
  'audit-record.schema.json',
  'config.schema.json',
  'docs/library.md',
  'docs/monitoring/alerts.yaml',
  'docs/monitoring/grafana-dashboard.json',
  'docs/identity-providers/entra.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  'examples/existing-express-server.ts',
  'examples/tracing.mjs',
  'dist/src/index.js',
  'dist/src/index.d.ts',
  'dist/src/failures/errors.js',
  'dist/src/metrics.js',
  'dist/src/openapi.js',
  'dist/src/server.js',
  'dist/cli/main.js',
  'dist/cli/setup/custom-token-exchange-action.cjs',
  'dist/middleware/require-bearer-auth.js',
  'dist/routes/mcp.js',
]

test('the tarball holds the library, its command line and its documents, and nothing else', async () => {
  const { stdout } = await runWell('tar', ['-tzf', inject('tarball')], { cwd: ROOT })
  const files = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^package\//, ''))
  expect(files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)))).toEqual([])
  expect(NEEDED.filter((file) => !files.includes(file))).toEqual([])
})

test('publint finds nothing', async () => {
  const bytes = await readFile(inject('tarball'))
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
})

test('every path of the package has types that a resolver of ES modules finds', async () => {
  const { code, stdout } = await run(
    join(ROOT, 'node_modules/.bin/attw'),
    [inject('tarball'), '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'table'],
    { cwd: ROOT },
  )
  const manifest = await readFile(join(ROOT, 'package.json'), 'utf8')
  const { exports } = JSON.parse(manifest) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  const paths = Object.keys(exports).length
  for (const resolver of ['node16 (from ESM)', 'bundler']) {
    const row = stdout.split('\n').find((line) => line.startsWith(`│ ${resolver}`)) ?? ''
    expect(row.split('│').filter((cell) => cell.trim().startsWith('OK'))).toHaveLength(paths)
  }
  expect(code).toBe(0)
})
