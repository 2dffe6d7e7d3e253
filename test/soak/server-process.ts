import { fork, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { AuditCheck } from './checks/audit-check.js'
import { LogCheck } from './checks/log-check.js'
import { endProcess } from './end-process.js'
import { DOCUMENT, serverSettings } from './world.js'

const COMMAND = new URL('../../dist/cli/main.js', import.meta.url)
const PROBE = new URL('children/probe.mjs', import.meta.url).href

/** What a server has, right after a full collection of garbage; bytes and numbers. */
export interface Reading {
  readonly heapUsed: number
  readonly rss: number
  readonly external: number
  /** Open files and sockets; 0 where the system does not show them. */
  readonly fds: number
  readonly handles: number
  /** The delay of the event loop since the reading before. */
  readonly loop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
}

/** A server under test: what `npm start` runs after a build, with nothing of ours but a probe in it. */
export interface ServerProcess {
  readonly name: string
  readonly origin: string
  readonly metricsUrl: string
  readonly sessions: boolean
  readonly audit: AuditCheck
  readonly log: LogCheck
  read(): Promise<Reading>
  /** Ends it as a supervisor would; resolves with its exit code, when its log and its audit have been read. */
  stop(): Promise<number | null>
}

export interface ServerPlan {
  readonly name: string
  readonly sessions: boolean
  readonly issuer: string
  readonly api: string
  /** Where its audit goes. */
  readonly folder: string
  /** Modules to load in front of the server. */
  readonly preload: readonly string[]
}

/** Starts a server and waits until it listens. Its log and its audit are read while it runs. */
export async function startServer(plan: ServerPlan): Promise<ServerProcess> {
  mkdirSync(plan.folder, { recursive: true })
  writeFileSync(`${plan.folder}/openapi.json`, JSON.stringify(DOCUMENT))
  const child = fork(fileURLToPath(COMMAND), ['serve'], {
    cwd: plan.folder,
    execArgv: ['--expose-gc', ...[PROBE, ...plan.preload].flatMap((file) => ['--import', file])],
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...serverSettings(plan) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const log = new LogCheck()
  const read = readLines(child, log)
  const ports = await Promise.race([log.ports(), endsEarly(child, plan.name)])
  const audit = new AuditCheck(`${plan.folder}/audit.jsonl`)
  return {
    ...{ name: plan.name, sessions: plan.sessions, audit, log },
    origin: `http://127.0.0.1:${ports.server}`,
    metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
    read: () => readingOf(child),
    async stop() {
      const code = await endProcess(child)
      await read
      await audit.readToEnd()
      return code
    },
  }
}

async function endsEarly(child: ChildProcess, name: string): Promise<never> {
  const code = await new Promise((resolve) => child.once('exit', resolve))
  throw new Error(`The server ${name} ended with ${String(code)} before it listened`)
}

/** Resolves when both outputs have ended. */
async function readLines({ stdout, stderr }: ChildProcess, log: LogCheck): Promise<void> {
  const ends = [stdout, stderr].map((stream, index) => {
    if (stream === null) throw new Error('A server without outputs')
    const lines = createInterface({ input: stream })
    lines.on('line', (line) => {
      if (index === 0) log.line(line)
      else log.errorLine(line)
    })
    return new Promise((resolve) => lines.once('close', resolve))
  })
  await Promise.all(ends)
}

function readingOf(child: ChildProcess): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error('The server ended while it was measured'))
    }
    child.once('exit', ended)
    child.once('message', (told: { readonly reading: Reading }) => {
      child.off('exit', ended)
      resolve(told.reading)
    })
    child.send('read')
  })
}
