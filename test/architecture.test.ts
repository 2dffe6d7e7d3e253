import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const ROOMS = ['src', 'middleware', 'routes', 'apps', 'cli', 'bench', 'examples'] as const

/** All imports of a file as written: static, dynamic, re-exports and types. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  )
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push(node.moduleSpecifier.text)
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments
      found.push(
        argument !== undefined && ts.isStringLiteral(argument) ? argument.text : '<computed>',
      )
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function filesIn(room: string): string[] {
  try {
    return readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => join(room, name))
  } catch {
    return []
  }
}

interface Import {
  readonly file: string
  /** A file of ours, from the root; or a package's name. */
  readonly target: string
  readonly local: boolean
}

const imports: readonly Import[] = ROOMS.flatMap((room) => filesIn(room)).flatMap((file) =>
  importsOf(file).map((specifier) =>
    specifier.startsWith('.')
      ? {
          file,
          target: relative(ROOT, resolve(ROOT, dirname(file), specifier)).replace(/\.js$/, '.ts'),
          local: true,
        }
      : { file, target: specifier, local: false },
  ),
)

/** Ranks from the inside out: an import may go to the same rank or a lower one. */
const RANKS: readonly (readonly [RegExp, number])[] = [
  [/^src\/(?:scopes|secret|version)\.ts$/, 0],
  [/^src\/(?:cache|failures|logging|options|time)\//, 0],
  [/^src\/(?:http|openapi|observability|store)\//, 1],
  [/^src\/(?:identity|metrics|tracing)\//, 2],
  [/^src\/(?:audit|limits|revocation|sessions|exchange)\//, 3],
  [/^src\/(?:downstream|identity-providers|mcp|policy|sign-in)\//, 4],
  [/^src\/(?:tools|confirmation)\//, 5],
  [/^src\/(?:config|pages|openapi-tools)\//, 6],
  [/^(?:middleware|routes)\//, 7],
  [/^src\/(?:on-behalf-of\/|index\.ts$|metrics\.ts$|openapi\.ts$|revocation\.ts$)/, 8],
  [/^src\/(?:server\/|server\.ts$)/, 9],
  [/^src\/main\.ts$/, 10],
]

function rankOf(file: string): number | undefined {
  return RANKS.find(([pattern]) => pattern.test(file))?.[1]
}

const show = (broken: readonly Import[]): string[] =>
  broken.map(({ file, target }) => `${file} imports ${target}`)

describe('the import rules of docs/architecture.md', () => {
  test('see every file of the server', () => {
    const server = ['src', 'middleware', 'routes'].flatMap((room) => filesIn(room))
    expect(server.length).toBeGreaterThan(30)
    expect(server.filter((file) => rankOf(file) === undefined)).toEqual([])
  })

  test('imports point one way, from the edge to the core', () => {
    const broken = imports.filter(({ file, target, local }) => {
      const from = rankOf(file)
      const to = rankOf(target)
      return local && from !== undefined && to !== undefined && from < to
    })
    expect(show(broken)).toEqual([])
  })

  test('Express appears where things are mounted, in the middleware, the routes, the apps and the benchmarks alone', () => {
    const broken = imports.filter(
      ({ file, target }) =>
        (target === 'express' || target.startsWith('express/')) &&
        !/^(?:src\/(?:on-behalf-of|server)\/|middleware\/|routes\/|apps\/|bench\/|examples\/)/.test(
          file,
        ),
    )
    expect(show(broken)).toEqual([])
  })

  test('the two compositions alone pick adapters', () => {
    const adapters =
      /^src\/(?:exchange\/(?:rfc8693|jwt-bearer|auth0|auth0-api-client)-exchanger|identity\/jwt-bearer-verifier|http\/outgoing-fetch|server\/process-log)\.ts$/
    const broken = imports.filter(
      ({ file, target }) =>
        adapters.test(target) &&
        !/^src\/(?:on-behalf-of\/|server\/|main\.ts$|index\.ts$|server\.ts$)/.test(file) &&
        // Talks to a tenant before there is a configuration.
        file !== 'cli/setup/run.ts' &&
        !file.startsWith('src/http/') &&
        !file.startsWith('apps/') &&
        !file.startsWith('bench/') &&
        !file.startsWith('examples/'),
    )
    expect(show(broken)).toEqual([])
  })

  test('nothing that ships imports the companion programs, the benchmarks or the tests', () => {
    const broken = imports.filter(
      ({ file, target, local }) =>
        local &&
        /^(?:src|middleware|routes|cli)\//.test(file) &&
        /^(?:apps|bench|test|examples)\//.test(target),
    )
    expect(show(broken)).toEqual([])
  })

  test('no program imports what tests alone use of the development authorization server', () => {
    const testing = 'apps/authorization-server/testing/'
    const broken = imports.filter(
      ({ file, target }) => target.startsWith(testing) && !file.startsWith(testing),
    )
    expect(imports.some(({ file }) => file.startsWith(testing))).toBe(true)
    expect(show(broken)).toEqual([])
  })

  test('the library does not import the command line', () => {
    const broken = imports.filter(
      ({ file, target }) => /^(?:src|middleware|routes)\//.test(file) && target.startsWith('cli/'),
    )
    expect(show(broken)).toEqual([])
  })

  test('nothing that ships needs a development dependency', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
      peerDependencies?: Record<string, string>
    }
    const allowed = new Set([
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ])
    const broken = imports.filter(
      ({ file, target, local }) =>
        !local &&
        /^(?:src|middleware|routes|cli)\//.test(file) &&
        !target.startsWith('node:') &&
        !allowed.has(packageOf(target)),
    )
    expect(show(broken)).toEqual([])
  })

  test('config.ts alone reads the environment', () => {
    const broken = ['src', 'middleware', 'routes']
      .flatMap((room) => filesIn(room))
      .filter((file) => file !== 'src/config/config.ts')
      .filter((file) => /\bprocess\s*(?:\.\s*env\b|\[)/.test(code(file)))
    expect(broken).toEqual([])
  })

  test('no import is computed', () => {
    expect(show(imports.filter(({ target }) => target === '<computed>'))).toEqual([])
  })
})

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier)
}

/** A file without its comments. */
function code(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}
