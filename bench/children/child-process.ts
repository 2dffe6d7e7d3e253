import { fork } from 'node:child_process'

/** What a benchmark asks of a program that it started. */
export type Ask =
  | { readonly kind: 'start'; readonly settings: unknown }
  | { readonly kind: 'read' }
  | { readonly kind: 'do'; readonly settings: unknown }

/** What it is told. */
export type Told =
  | { readonly kind: 'started'; readonly port: number }
  | ({ readonly kind: 'reading' } & Reading)
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly message: string }

/** What a program has used and done so far. */
export interface Reading {
  /** CPU time of all its threads. */
  readonly cpuMs: number
  readonly rssBytes: number
  /** Requests of the kind that the program counts, such as exchanges. */
  readonly count: number
}

/** A program in a process of its own, so that it shares no event loop with the load. */
export interface Child {
  readonly pid: number
  readonly origin: string
  read(): Promise<Reading>
  /** Has the program do something that is its own. */
  ask(settings: unknown): Promise<unknown>
  close(): Promise<void>
}

/** Where the programs write a CPU profile when they end; `undefined`: nowhere. */
export const profiling: { directory: string | undefined } = { directory: undefined }

/** Starts a program of `bench/children` or `bench/peers`; rejects when it does not come up. */
export async function startChild(file: string, settings: unknown): Promise<Child> {
  const child = fork(new URL(`../${file}`, import.meta.url), {
    execArgv: [...profilerArguments()],
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const tell = (question: Ask): Promise<Told> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => {
        reject(new Error(`${file} ended with ${code ?? 'a signal'}`))
      }
      child.once('exit', ended)
      child.once('message', (told: Told) => {
        child.off('exit', ended)
        if (told.kind === 'failed') reject(new Error(`${file}: ${told.message}`))
        else resolve(told)
      })
      child.send(question)
    })
  const started = await tell({ kind: 'start', settings })
  if (started.kind !== 'started') throw new Error(`${file} did not start`)
  return {
    pid: child.pid ?? 0,
    origin: `http://127.0.0.1:${started.port}`,
    async read() {
      const told = await tell({ kind: 'read' })
      if (told.kind !== 'reading') throw new Error(`${file} gave no reading`)
      return told
    },
    async ask(what) {
      const told = await tell({ kind: 'do', settings: what })
      return told.kind === 'done' ? told.result : undefined
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve()
        })
        // It ends in good order, and so writes its profile.
        child.disconnect()
      }),
  }
}

function profilerArguments(): readonly string[] {
  const { directory } = profiling
  return directory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${directory}`]
}
