import { z } from 'zod'
import { run } from '../../cli/doctor/run.js'
import { recordingIo, type RecordingIo } from '../helpers/command-io.js'

const REPORT = z.object({
  ok: z.boolean(),
  clients: z.array(
    z.object({
      client: z.string(),
      verdict: z.string(),
      step: z.string().optional(),
      problem: z.string().optional(),
      notes: z.array(z.string()),
    }),
  ),
  problems: z.array(
    z.object({
      ...{ id: z.string(), severity: z.string(), side: z.string(), message: z.string() },
      ...{ cure: z.string(), fails: z.array(z.string()), notes: z.array(z.string()) },
    }),
  ),
  signedIn: z.array(z.object({ check: z.string(), verdict: z.string(), message: z.string() })),
  notTried: z.array(z.string()),
  registeredClients: z.array(z.object({ clientId: z.string(), endpoint: z.string() })),
  requests: z.array(
    z.object({ method: z.string(), url: z.string(), notSent: z.string().optional() }),
  ),
})

export interface Examined {
  readonly exitCode: number
  readonly report: z.infer<typeof REPORT>
  /** The clients that will fail, by name. */
  readonly failing: readonly string[]
}

/** Runs the command for a URL, with `--json`. */
export async function examine(
  endpoint: string,
  args: readonly string[] = [],
  parts: Partial<RecordingIo> = {},
): Promise<Examined> {
  const io = recordingIo({ directory: '/', ...parts })
  const exitCode = await run(['--connector', endpoint, '--json', ...args], io)
  if (exitCode === 2) throw new Error(io.output())
  const report = REPORT.parse(JSON.parse(io.stdout()))
  const failing = report.clients.filter(({ verdict }) => verdict === 'fails')
  return { exitCode, report, failing: failing.map(({ client }) => client) }
}

/** Runs the command for a URL; gives what a person reads. */
export async function examineText(endpoint: string, args: readonly string[] = []): Promise<string> {
  const io = recordingIo({ directory: '/' })
  await run(['--connector', endpoint, ...args], io)
  return io.output()
}
