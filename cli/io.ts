import { systemClock, systemTimers, type Clock, type Timers } from '../src/time/clock.js'
import type { Fetch } from '../src/http/fetch-json.js'
import { browserOpener, type OpenBrowser } from './open-browser.js'

/** All that a command touches of the outside. */
export interface CommandIo {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory: where `.env` is. */
  readonly directory: string
  readonly readStdin: () => Promise<string>
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  /** Reaches every server, in place of the connections that the settings describe. */
  readonly fetch?: Fetch | undefined
  readonly clock: Clock
  readonly wait: (delayMs: number) => Promise<void>
  /** For limits on how long something may take. */
  readonly timers: Timers
  /** Absent where nobody would see a browser. */
  readonly openBrowser?: OpenBrowser | undefined
}

/** A token or key needs no more; whoever pipes more has piped the wrong thing. */
const MAX_STDIN_BYTES = 64 * 1024

/** This process as a command sees it. */
export function processIo(): CommandIo {
  return {
    environment: process.env,
    directory: process.cwd(),
    readStdin: readProcessStdin,
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    clock: systemClock,
    wait: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
    timers: systemTimers,
    openBrowser: browserOpener({ platform: process.platform, environment: process.env }),
  }
}

async function readProcessStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength
    if (bytes > MAX_STDIN_BYTES) throw new RangeError('more came in on stdin than any secret needs')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
