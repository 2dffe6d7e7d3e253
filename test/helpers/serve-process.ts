import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { keepForScan } from './leak-scan.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

type LogLine = Readonly<Record<string, unknown>>

/** A server in a process of its own, and what it writes. */
export class ServeProcess {
  readonly child: ChildProcess
  readonly stdout: string[] = []
  readonly stderr: string[] = []
  readonly #waiting = new Set<() => void>()

  constructor(environment: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'serve'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#read('stderr')
    if (environment['AUDIT_SINK'] !== 'stdout') this.#read('stdout')
  }

  /** Begins to read standard output; done at once unless the audit goes there. */
  readStdout(): void {
    this.#read('stdout')
  }

  /** Resolves with the line of an event, once it is there; rejects when the process ends before. */
  logged(event: string): Promise<LogLine> {
    return this.until(() => this.#lines().find((line) => line['event'] === event))
  }

  /** Resolves with what `find` finds, looking at each line; rejects when the process ends before. */
  until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find()
        if (found === undefined) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      this.child.once('close', () => {
        reject(new Error(`ended too early: ${this.stderr.join('\n')}`))
      })
      look()
    })
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'close')
    return this.child.exitCode
  }

  #lines(): readonly LogLine[] {
    return [...this.stdout, ...this.stderr]
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine)
  }

  #read(name: 'stdout' | 'stderr'): void {
    const input = this.child[name]
    if (input === null) throw new Error('no pipe')
    createInterface({ input }).on('line', (line) => {
      this[name].push(line)
      keepForScan(name, line)
      for (const look of this.#waiting) look()
    })
  }
}
