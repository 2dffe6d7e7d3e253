import { ConfigError } from '../../src/config/config.js'
import { UsageError } from '../usage-error.js'
import { guardOutput, type GuardedIo } from '../guarded-output.js'
import { processIo, type CommandIo } from '../io.js'
import { printable } from '../printable.js'
import { readSecret } from '../secret-source.js'
import { createDiagnosis } from './diagnosis.js'
import { examine } from './examine.js'
import { DOCTOR_USAGE, parseDoctorOptions, type DoctorOptions } from './options.js'
import { hopJson, hopsText, type Hop } from './hop-text.js'
import { conclusion, findingText, namesOf } from './report-text.js'

/**
 * `doctor`: finds what is wrong with a deployment. Resolves with the exit code.
 *
 * 0 only if nothing is wrong as far as it was checked; 1 if something is, or the doctor itself failed; 2: a command line
 * that cannot be understood.
 */
export async function run(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  const guarded = guardOutput(io)
  try {
    const options = parseDoctorOptions(argv)
    if (options !== undefined) return await diagnose(options, guarded)
    guarded.write(DOCTOR_USAGE)
    return 0
  } catch (error) {
    guarded.writeError(errorText(error))
    return error instanceof UsageError ? 2 : 1
  }
}

function errorText(error: unknown): string {
  if (error instanceof UsageError) {
    return `${error.message} For all options: mcp-on-behalf-of doctor --help\n`
  }
  if (error instanceof ConfigError) return `${error.message}\n`
  const text = error instanceof Error ? printable(error.message) : 'unknown failure'
  return `The doctor failed: ${text}\n`
}

async function diagnose(options: DoctorOptions, io: GuardedIo): Promise<number> {
  const { tokenFile: file, tokenStdin: stdin, signIn } = options
  const token =
    signIn === undefined
      ? await readSecret(io, { variable: 'MCP_USER_TOKEN', file, stdin })
      : undefined
  const hops: Hop[] = []
  const diagnosis = createDiagnosis((finding) => {
    if (!options.json) io.write(findingText(finding))
  })
  await examine({
    options,
    io,
    diagnosis,
    token,
    onHop: (hop) => {
      hops.push(hop)
    },
  })
  const { findings } = diagnosis
  const healthy = !findings.some(({ verdict }) => verdict === 'wrong')
  if (options.json) {
    const notChecked = namesOf(findings, 'not_checkable')
    const report = {
      ok: healthy,
      complete: notChecked.length === 0,
      notChecked,
      findings,
      hops: hops.map(hopJson),
    }
    io.write(`${JSON.stringify(report, undefined, 2)}\n`)
  } else {
    io.write(`${hopsText(hops)}\n${conclusion(findings)}\n`)
  }
  return healthy ? 0 : 1
}
