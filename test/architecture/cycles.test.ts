import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { cyclesIn } from './cycles-in.js'
import { localImports } from './local-imports.js'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const FOLDERS = [
  ...['src', 'middleware', 'routes', 'apps', 'cli'],
  ...['bench', 'examples', 'scripts', 'test'],
]

async function filesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true })
  return names
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}

function graphOf(root: string, files: readonly string[]): Map<string, readonly string[]> {
  return new Map(files.map((file) => [file, localImports(root, file)]))
}

const files = (await Promise.all(FOLDERS.map(filesIn))).flat()
const graph = graphOf(ROOT, files)

test('the search for cycles sees every folder, and no import that leads nowhere', () => {
  for (const folder of FOLDERS) {
    expect(files.filter((file) => file.startsWith(`${folder}/`)).length).toBeGreaterThan(2)
  }
  const targets = [...graph.values()].flat().filter((target) => target.endsWith('.ts'))
  const unknown = targets.filter((target) => !graph.has(target))
  expect(unknown.filter((target) => target !== 'vitest.config.ts')).toEqual([])
})

test('no file imports itself over others, not even for a type alone', () => {
  expect(cyclesIn(graph)).toEqual([])
})

test.each([
  ['a value', `import { b } from './b.js'`],
  ['a type alone', `import type { B } from './b.js'`],
  ['a type inside of a declaration', `export type A = import('./b.js').B`],
  ['a re-export', `export * from './b.js'`],
  ['a dynamic import', `export const b = () => import('./b.js')`],
])('a cycle by %s is found', async (_way, text) => {
  const root = await mkdtemp(join(tmpdir(), 'cycles-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await writeFile(join(root, 'a.ts'), text)
  await writeFile(join(root, 'b.ts'), `import { c } from './c.js'`)
  await writeFile(join(root, 'c.ts'), `import { a } from './a.js'`)
  await writeFile(join(root, 'd.ts'), `import { a } from './a.js'`)
  expect(cyclesIn(graphOf(root, ['d.ts', 'a.ts', 'b.ts', 'c.ts']))).toEqual([
    ['a.ts', 'b.ts', 'c.ts'],
  ])
})

test('a file that imports itself is a cycle, two ways to one file are none, and separate cycles stay apart', () => {
  const graph = new Map([
    ['self', ['self']],
    ['top', ['left', 'right', 'x']],
    ['left', ['bottom']],
    ['right', ['bottom']],
    ['bottom', []],
    ['x', ['y']],
    ['y', ['x', 'self', 'elsewhere']],
  ])
  expect(cyclesIn(graph)).toEqual([['self'], ['x', 'y']])
})
