import type { GuardedIo } from '../guarded-output.js'
import { processIo, type CommandIo } from '../io.js'
import { printable } from '../printable.js'
import { runCommand } from '../run-command.js'
import { readSecret } from '../secret-source.js'
import { asksForConnector, CONNECTOR_USAGE, parseConnectorOptions } from './connector/options.js'
import { createDiagnosis } from './diagnosis.js'
import { examine } from './examine.js'
import { DOCTOR_USAGE, parseDoctorOptions, type DoctorOptions } from './options.js'
import { hopJson, hopsText, type Hop } from './hop-text.js'
import { comparisonJson, comparisonText } from './scopes/comparison-text.js'
import type { ComparedScope } from './scopes/scope-comparison.js'
import { conclusion, findingText, namesOf } from './report-text.js'

/**
 * `doctor`: finds what is wrong with a deployment, or with `--connector` which clients connect to a server of anybody. Resolves
 * with the exit code.
 *
 * 0 only if nothing is wrong as far as it was checked; 1 if something is, or the doctor itself failed; 2: a command line
 * that cannot be understood.
 */
export function run(argv: readonly string[], io: CommandIo = processIo()): Promise<number> {
  if (asksForConnector(argv)) {
    return runCommand(io, {
      ...{ name: 'doctor --connector URL', usage: CONNECTOR_USAGE, failureText },
      parse: () => parseConnectorOptions(argv),
      execute: async (options, guarded) =>
        (await import('./connector/run.js')).examineConnector(options, guarded),
    })
  }
  return runCommand(io, {
    ...{ name: 'doctor', usage: DOCTOR_USAGE, failureText },
    parse: () => parseDoctorOptions(argv),
    execute: diagnose,
  })
}

function failureText(error: unknown): string {
  return `The doctor failed: ${error instanceof Error ? printable(error.message) : 'unknown failure'}\n`
}

async function diagnose(options: DoctorOptions, io: GuardedIo): Promise<number> {
  const { tokenFile: file, tokenStdin: stdin, signIn } = options
  const token =
    signIn === undefined
      ? await readSecret(io, { variable: 'MCP_USER_TOKEN', file, stdin })
      : undefined
  const hops: Hop[] = []
  let scopes: readonly ComparedScope[] = []
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
    onCompared: (rows) => {
      scopes = rows
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
      scopes: scopes.map(comparisonJson),
    }
    io.write(`${JSON.stringify(report, undefined, 2)}\n`)
  } else {
    io.write(`${hopsText(hops)}${comparisonText(scopes)}\n${conclusion(findings)}\n`)
  }
  return healthy ? 0 : 1
}
