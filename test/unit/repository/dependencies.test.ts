import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../../', import.meta.url)

test('every runtime dependency has its reason in docs/architecture.md', () => {
  const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    dependencies: Record<string, string>
    peerDependencies: Record<string, string>
  }
  const text = readFileSync(new URL('docs/architecture.md', ROOT), 'utf8')
  const reasons = text.slice(text.indexOf('## Runtime dependencies'))
  const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]
  const missing = names.filter(
    (name) =>
      !reasons.includes(`\`${name}\``) && !(name.endsWith('/node') && reasons.includes('`/node`')),
  )
  expect(missing).toEqual([])
})
