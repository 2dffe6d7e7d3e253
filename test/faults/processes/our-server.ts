import { readdirSync, readFileSync } from 'node:fs'
import { AUDIT_RECORD_SCHEMA, type AuditRecord } from '../../../src/audit/audit-record-schema.js'
import { seriesIn, type Series } from '../../helpers/prometheus-text.js'
import { eventually } from './eventually.js'
import { StartedProcess, type ProcessEnd } from './started-process.js'

/** What a process holds once its garbage is collected. */
export interface Held {
  readonly heapBytes: number
  readonly rssBytes: number
  /** Active handles by kind. */
  readonly handles: Readonly<Record<string, number>>
  /** Open file descriptors. */
  readonly descriptors: number
}

const START_MS = 60_000

/** The server as it is published (`npm run build`), in a process of its own. */
export class OurServer {
  readonly process: StartedProcess
  readonly auditFile: string
  readonly origin: string
  /** How it ended, once somebody has ended it. */
  end: ProcessEnd | undefined
  readonly #metricsPort: number

  private constructor(started: {
    process: StartedProcess
    auditFile: string
    port: number
    metricsPort: number
  }) {
    this.process = started.process
    this.auditFile = started.auditFile
    this.origin = `http://127.0.0.1:${started.port}`
    this.#metricsPort = started.metricsPort
  }

  /** Resolves when it listens. */
  static async start(
    environment: Readonly<Record<string, string>>,
    auditFile: string,
  ): Promise<OurServer> {
    const started = new StartedProcess({
      program: 'dist/cli/main.js',
      arguments: ['serve'],
      nodeArguments: ['--expose-gc', '--import', './test/faults/children/inside.mjs'],
      env: { NODE_ENV: 'production', AUDIT_SINK: auditFile, METRICS_PORT: '0', ...environment },
    })
    const portOf = (event: string): number | undefined =>
      logLines(started).find((line) => line['event'] === event)?.['port'] as number | undefined
    const listening = eventually(() => portOf('listening') !== undefined, START_MS)
    await Promise.race([
      listening,
      started.ended.then(() => Promise.reject(new Error(`no start: ${started.stderr}`))),
    ])
    return new OurServer({
      process: started,
      auditFile,
      port: portOf('listening') ?? 0,
      metricsPort: portOf('metrics_listening') ?? 0,
    })
  }

  /** Every line of the log so far. */
  log(): readonly Readonly<Record<string, unknown>>[] {
    return logLines(this.process)
  }

  /** Every record of the audit so far, each checked against the schema. */
  records(): readonly AuditRecord[] {
    return readFileSync(this.auditFile, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => AUDIT_RECORD_SCHEMA.parse(JSON.parse(line)))
  }

  /** Resolves when it has ended. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<ProcessEnd> {
    this.end = await this.process.kill(signal)
    return this.end
  }

  async metrics(): Promise<readonly Series[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)
    return seriesIn(await answer.text())
  }

  async held(): Promise<Held> {
    const told = (await this.process.ask({ kind: 'held' })) as Omit<Held, 'descriptors'>
    return { ...told, descriptors: readdirSync(`/proc/${this.process.pid}/fd`).length }
  }

  /** Sets its clock so much ahead of that of the machine, or behind it. */
  async shiftClock(clockShiftMs: number): Promise<void> {
    await this.process.ask({ clockShiftMs })
  }
}

function logLines({ lines }: StartedProcess): readonly Readonly<Record<string, unknown>>[] {
  return lines.flatMap((line) =>
    line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [],
  )
}
