import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A file and all files of ours that it imports, directly or not. */
function importedBy(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found
  found.add(file)
  const source = readFileSync(join(ROOT, file), 'utf8')
  for (const [, path = ''] of source.matchAll(/^(?:import|export|\}) [^'\n]*'(\.[^']+)\.js'/gm)) {
    importedBy(normalize(join(dirname(file), `${path}.ts`)), found)
  }
  return found
}

/** The folders of compiled files that a stage of the Dockerfile copies. */
function copiedInto(stage: string): readonly string[] {
  const stages = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').split(/^FROM /m)
  const lines = stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${stage}`)) ?? ''
  return [...lines.matchAll(/^COPY --from=build \/app\/dist-apps\/(\S+) \1$/gm)].map(
    ([, folder = '']) => folder,
  )
}

/** The files beside a module that it reads when it is loaded: `new URL('./name', import.meta.url)`. */
function readBy(file: string): readonly string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(/new URL\('(\.\/[^']+)', import\.meta\.url\)/g)].map(([, path = '']) =>
    normalize(join(dirname(file), path)),
  )
}

test.each([
  ['api', 'apps/downstream-api/main.ts', 'apps/downstream-api/openapi.yaml'],
  [
    'authorization-server',
    'apps/authorization-server/main.ts',
    'apps/authorization-server/directory.json',
  ],
])(
  'the build of the image %s puts each file that its program reads beside the compiled module',
  (stage, program, known) => {
    const read = [...importedBy(program)].flatMap(readBy)
    expect(read).toContain(known)
    const build = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    const copied = [...build.matchAll(/ cp (\S+) dist-apps\/(\S+\/)/g)].flatMap(
      ([, from = '', folder = '']) => (folder === `${dirname(from)}/` ? [from] : []),
    )
    expect(read.filter((file) => !copied.includes(file))).toEqual([])
    const folders = copiedInto(stage)
    expect(read.filter((file) => !folders.some((folder) => file.startsWith(folder)))).toEqual([])
  },
)

test.each([
  ['api', 'apps/downstream-api/main.ts'],
  ['authorization-server', 'apps/authorization-server/main.ts'],
])('the image %s has every file that its program imports', (stage, program) => {
  const folders = copiedInto(stage)
  expect(folders.length).toBeGreaterThan(2)
  const files = [...importedBy(program)]
  expect(files.length).toBeGreaterThan(5)
  expect(files.filter((file) => !folders.some((folder) => file.startsWith(folder)))).toEqual([])
})

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
}

test('the image has the optional peers that settings ask for, with all that they need', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  const docker = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
  const copied = [
    ...docker.matchAll(/^COPY --from=dependencies \/app\/(node_modules\/\S+) /gm),
  ].map(([, folder = '']) => folder)
  const needed = (name: string): readonly string[] => [
    `node_modules/${name}/`,
    ...Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}).flatMap(needed),
  ]
  const all = ['redis', '@cedar-policy/cedar-wasm'].flatMap(needed)
  expect(all.length).toBeGreaterThan(2)
  expect(all.filter((path) => !copied.some((folder) => path.startsWith(folder)))).toEqual([])
  // A second copy would bring back what the image leaves out.
  expect(copied).toEqual([...new Set(copied)])
})
