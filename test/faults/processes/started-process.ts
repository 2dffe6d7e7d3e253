import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

export interface ProcessOptions {
  /** The program, from the root of the project. */
  readonly program: string
  readonly arguments?: readonly string[]
  /** Of Node itself. */
  readonly nodeArguments?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly failure?: string
}

const running = new Set<ChildProcess>()

/** However this process ends, no child outlives it. One that is stopped (SIGSTOP) can be killed too. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(1))
}

/** A program in a process of its own, which answers questions (`children/answer-questions.mjs`). */
export class StartedProcess {
  readonly pid: number
  /** Lines of its standard output. */
  readonly lines: string[] = []
  stderr = ''
  readonly ended: Promise<ProcessEnd>
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #questions = 0
  #rest = ''

  constructor({ program, nodeArguments = [], env = {}, ...options }: ProcessOptions) {
    const child = fork(program, options.arguments ?? [], {
      cwd: ROOT,
      execArgv: [...nodeArguments],
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    this.pid = child.pid ?? 0
    running.add(child)
    child.stdout?.on('data', (bytes: Buffer) => {
      this.#took(bytes.toString())
    })
    child.stderr?.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString()
    })
    child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer)
    })
    // Writing to a process that was killed is no failure of this one.
    child.on('error', () => undefined)
    this.ended = once(child, 'close').then(() => {
      running.delete(child)
      for (const [id, answer] of this.#waiting) answer({ id, failure: `${program} has ended` })
      return { code: child.exitCode, signal: child.signalCode }
    })
  }

  /** Asks the process; rejects where it answers with a failure, or ends before it answers. */
  async ask(question: unknown): Promise<unknown> {
    this.#questions += 1
    const id = this.#questions
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve)
      if (this.#child.connected) this.#child.send({ id, question }, () => undefined)
      else resolve({ id, failure: 'the process has ended' })
    })
    this.#waiting.delete(id)
    if (answer.failure !== undefined) throw new Error(answer.failure)
    return answer.result
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves when the process has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<ProcessEnd> {
    this.signal(signal)
    return this.ended
  }

  #took(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n')
    this.#rest = lines.pop() ?? ''
    this.lines.push(...lines)
  }
}
