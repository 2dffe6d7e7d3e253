import { fork } from 'node:child_process'
import type { Ask, Told } from './server.js'

/** The standalone server in its own process. */
export interface BenchServer {
  readonly endpoint: string
  /** Since the last reading. */
  read(): Promise<{ readonly maxMs: number; readonly cpuMs: number }>
  close(): void
}

export async function startBenchServer(environment: Record<string, string>): Promise<BenchServer> {
  const child = fork(new URL('./server.ts', import.meta.url), {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env['PATH'] ?? '' },
  })
  const ask = (question: Ask): Promise<Told> =>
    new Promise((resolve, reject) => {
      const failed = (code: number | null): void => {
        reject(new Error(`the server ended with ${code ?? 'a signal'}`))
      }
      child.once('message', (told: Told) => {
        child.off('exit', failed)
        resolve(told)
      })
      child.once('exit', failed)
      child.send(question)
    })
  const started = await ask({ kind: 'start', environment })
  if (started.kind !== 'started') throw new Error('the server did not start')
  return {
    endpoint: `http://localhost:${started.port}/mcp`,
    async read() {
      const told = await ask({ kind: 'read' })
      if (told.kind !== 'delay') throw new Error('no reading')
      return told
    },
    close() {
      child.kill()
    },
  }
}
