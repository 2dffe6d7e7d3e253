import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../../', import.meta.url)

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}

test('SDK v1 is an optional peer, from the version that the tests run, and the docs name that version', () => {
  const text = readFileSync(new URL('package.json', ROOT), 'utf8')
  const { devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(text) as Manifest
  const name = '@modelcontextprotocol/sdk'
  const tested = devDependencies[name] ?? ''
  expect(tested).toMatch(/^1\.\d+\.\d+$/)
  expect(peerDependencies[name]).toBe(`^${tested}`)
  expect(peerDependenciesMeta[name]).toEqual({ optional: true })
  const page = readFileSync(new URL('docs/library.md', ROOT), 'utf8')
  expect(page).toContain(`\`${name}\` from ${tested}`)
})

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
