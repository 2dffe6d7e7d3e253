import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

interface Manifest {
  readonly version: string
  readonly dependencies: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly peerDependenciesMeta?: Record<string, { readonly optional: boolean }>
}

const read = (path: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest
const root = read('package.json')
const dev = read('apps/package.json')

/** The packages that a file and all files of ours behind it import when they run or are typed. */
function packagesOf(
  file: string,
  seen = new Set<string>(),
  found = new Set<string>(),
): Set<string> {
  if (seen.has(file)) return found
  seen.add(file)
  for (const { fileName } of ts.preProcessFile(readFileSync(join(ROOT, file), 'utf8'))
    .importedFiles) {
    if (fileName.startsWith('.')) {
      packagesOf(normalize(join(dirname(file), fileName.replace(/\.js$/, '.ts'))), seen, found)
    } else if (!fileName.startsWith('node:')) {
      const parts = fileName.split('/')
      found.add(parts.slice(0, fileName.startsWith('@') ? 2 : 1).join('/'))
    }
  }
  return found
}

describe('the package mcp-on-behalf-of-dev', () => {
  const named = { ...dev.dependencies, ...dev.peerDependencies }

  test('the package mcp-on-behalf-of-dev names every package that its files import, and no other', () => {
    const imported = new Set(
      ['apps/index.ts', 'apps/development/bin.ts'].flatMap((file) => [...packagesOf(file)]),
    )
    // Its own types have those of Express and of the authorization server's library in them.
    const typed = ['@types/express', '@types/oidc-provider']
    expect([...imported, ...typed].sort()).toEqual(Object.keys(named).sort())
  })

  test('the package mcp-on-behalf-of-dev takes each in the version that this project is tested with', () => {
    const tested = { ...root.devDependencies, ...root.peerDependencies, ...root.dependencies }
    expect(named).toEqual(
      Object.fromEntries(Object.keys(named).map((name) => [name, tested[name]])),
    )
  })

  test('the package mcp-on-behalf-of-dev pins oidc-provider, whose helpers for custom grants may change in any release', () => {
    expect(dev.dependencies['oidc-provider']).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('the package mcp-on-behalf-of-dev has the version of mcp-on-behalf-of, which takes it as an optional peer and nothing of its authorization server', () => {
    expect(dev.version).toBe(root.version)
    expect(root.peerDependencies?.['mcp-on-behalf-of-dev']).toBe(`^${root.version}`)
    expect(root.peerDependenciesMeta?.['mcp-on-behalf-of-dev']).toEqual({ optional: true })
    expect(Object.keys({ ...root.dependencies, ...root.peerDependencies })).not.toContain(
      'oidc-provider',
    )
  })
})
