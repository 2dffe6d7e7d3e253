import type { CommandIo } from '../../cli/io.js'
import { systemTimers } from '../../src/time/clock.js'
import { keepForScan } from './leak-scan.js'

export interface RecordingIo extends CommandIo {
  /** All that was written, stdout and stderr as one. */
  output(): string
  /** stdout alone. */
  stdout(): string
  readonly waits: number[]
}

/** An `io` that keeps what is written; waits end at once. */
export function recordingIo(
  parts: Pick<CommandIo, 'directory'> & Partial<CommandIo> & { readonly stdin?: string },
): RecordingIo {
  const written: { readonly out: boolean; readonly text: string }[] = []
  const waits: number[] = []
  const write = (out: boolean) => (text: string) => {
    written.push({ out, text })
    keepForScan('command line', text)
  }
  const joined = (lines: typeof written): string => lines.map(({ text }) => text).join('')
  return {
    environment: {},
    readStdin: () => Promise.resolve(parts.stdin ?? ''),
    write: write(true),
    writeError: write(false),
    fetch: globalThis.fetch,
    clock: () => Date.now(),
    wait: (delayMs) => {
      waits.push(delayMs)
      return Promise.resolve()
    },
    timers: systemTimers,
    ...parts,
    waits,
    output: () => joined(written),
    stdout: () => joined(written.filter(({ out }) => out)),
  }
}
