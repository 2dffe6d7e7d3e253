import { fork } from 'node:child_process'
import { endProcess } from './end-process.js'

/** A program beside the servers, in a process of its own. */
export interface Companion {
  readonly origin: string
  close(): Promise<void>
}

/** Starts a program of `children/`; rejects when it does not come up. */
export async function startCompanion(file: string): Promise<Companion> {
  const child = fork(new URL(`children/${file}`, import.meta.url), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => {
      reject(new Error(`${file} ended with ${code ?? 'a signal'}`))
    })
    child.once('message', (told: { readonly origin: string }) => {
      resolve(told.origin)
    })
  })
  return {
    origin,
    close: async () => {
      await endProcess(child)
    },
  }
}
