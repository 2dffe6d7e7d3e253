import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { run, runWell, type Ran } from '../helpers/run.js'

declare module 'vitest' {
  interface ProvidedContext {
    readonly tarball: string
    /** The project of somebody else that has the tarball installed. */
    readonly consumer: string
    /** What npm said while it installed the tarball. */
    readonly installed: Ran
  }
}

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** What an application that mounts the library installs beside it. */
const OWN_DEPENDENCIES = ['@modelcontextprotocol/server', 'express', 'zod']
const OWN_DEVELOPMENT_DEPENDENCIES = ['typescript', '@types/node']

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2023', lib: ['ES2023'], module: 'NodeNext', types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ skipLibCheck: false, verbatimModuleSyntax: true, rootDir: '.', outDir: 'out' },
  },
  include: ['examples', 'test'],
}

/** Packs the package as it is published, and installs the tarball into an empty project. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'package-'))
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  try {
    await rm(join(ROOT, 'dist'), { recursive: true, force: true })
    await runWell('npm', ['pack', '--pack-destination', directory], { cwd: ROOT })
    const [name = ''] = (await readdir(directory)).filter((entry) => entry.endsWith('.tgz'))
    const consumer = join(directory, 'consumer')
    project.provide('tarball', join(directory, name))
    project.provide('consumer', consumer)
    project.provide('installed', await install(consumer, join(directory, name)))
  } catch (error) {
    await remove()
    throw error
  }
  return remove
}

async function install(consumer: string, tarball: string): Promise<Ran> {
  for (const path of ['examples/existing-express-server.ts', 'test/package/consumer']) {
    await cp(join(ROOT, path), join(consumer, path), { recursive: true })
  }
  const manifest = { name: 'consumer', private: true, type: 'module' }
  await writeFile(join(consumer, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(consumer, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline']
  const ours = await run('npm', [...npm, tarball, ...OWN_DEPENDENCIES], { cwd: consumer })
  const versions = await Promise.all(OWN_DEVELOPMENT_DEPENDENCIES.map(pinned))
  await runWell('npm', [...npm, '--save-dev', ...versions], { cwd: consumer })
  return ours
}

/** A package at the version that this project has, so that a new release of it is no surprise here. */
async function pinned(name: string): Promise<string> {
  const { default: manifest } = (await import(join(ROOT, 'node_modules', name, 'package.json'), {
    with: { type: 'json' },
  })) as { default: { readonly version: string } }
  return `${name}@${manifest.version}`
}
