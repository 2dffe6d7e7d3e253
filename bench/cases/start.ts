import { execFile, spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median } from '../statistics.js'
import type { Stack } from '../stack.js'
import type { Measured } from './measured.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TIMES = 7
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  NODE_ENV: 'production',
  PORT: '0',
  MCP_SERVER_URL: 'http://localhost:3001',
}

/** The servers are measured as they are published. */
export function buildPackage(): void {
  const built = spawnSync('npm', ['run', 'build'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (built.status !== 0) throw new Error('npm run build failed')
}

/** From the start of the process to the first answer, and what importing the library takes. Measured on the built package. */
export async function start(stack: Stack): Promise<Measured> {
  const starts = []
  for (let time = 0; time < TIMES; time += 1) starts.push(await msToReady(stack))
  const imports = []
  for (let time = 0; time < TIMES; time += 1) {
    const express = await msToImport('express')
    imports.push((await msToImport('./dist/src/index.js')) / express)
  }
  return {
    tables: [],
    ratios: { start_ms: median(starts), import_vs_express: median(imports) },
  }
}

/** From the start of the process to the line that says that it listens. */
export async function msToReady(
  stack: Stack,
  environment: Record<string, string> = {},
): Promise<number> {
  const begun = performance.now()
  const child = spawn(process.execPath, ['dist/cli/main.js', 'serve'], {
    cwd: ROOT,
    env: { ...ENVIRONMENT, ...stack.environment({ environment }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => {
        reject(new Error(`the server ended with ${code ?? 'a signal'}`))
      })
      child.stdout.on('data', (text: Buffer) => {
        if (text.includes('"listening"')) resolve()
      })
    })
    return performance.now() - begun
  } finally {
    child.kill()
    await ended
  }
}

async function msToImport(module: string): Promise<number> {
  const program = `const begun = performance.now(); await import('${module}'); console.log(performance.now() - begun)`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: ROOT },
  )
  return Number(stdout)
}
