import { composeServer } from '../../src/compose.js'
import { ConfigError, parseConfig, readSettings, type Config } from '../../src/config.js'
import { doubtMeaning, type SettingsFileRead } from '../../src/config/settings-file-doubts.js'
import { unknownSettings } from '../../src/config/unknown-settings.js'
import type { Log } from '../../src/log.js'
import { printable } from '../printable.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'

export interface CheckedConfiguration {
  /** Absent where there is a fault. */
  readonly config?: Config
  readonly findings: readonly Finding[]
}

const CHECK = 'configuration'

/** What `.env` has that does nothing: names that are no settings, lines without effect. */
function fileFindings({ names, doubts }: SettingsFileRead): readonly Finding[] {
  const unknown = unknownSettings(names).map(({ name, nearest }) =>
    notCheckable(
      'settings_file',
      `${name}: is no setting of this server.`,
      nearest === undefined
        ? 'Remove it from .env, or correct it: docs/configuration.md names every setting.'
        : `Did you mean ${nearest}?`,
    ),
  )
  const lines = doubts.map((doubt) =>
    notCheckable(
      'settings_file',
      `Line ${doubt.line}${doubt.name === undefined ? '' : ` (${doubt.name})`} has no effect.`,
      doubtMeaning(doubt),
    ),
  )
  return [...unknown, ...lines]
}

/**
 * Reads the settings as the server does, and builds the server that they describe, without letting it listen.
 *
 * One finding a fault, and one a thing in `.env` that does nothing.
 */
export async function checkConfiguration(directory: string): Promise<CheckedConfiguration> {
  let findings: readonly Finding[] = []
  try {
    const { environment, file } = readSettings(directory)
    findings = fileFindings(file)
    const config = parseConfig(environment)
    const advice = adviceLog()
    const composed = await composeServer(config, advice.log)
    await composed.close()
    const says = `The settings are complete; the endpoint is ${config.endpoint.href}.`
    return { config, findings: [...findings, ok(CHECK, says, advice.text())] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const faults = error.faults.map(({ key, value, cure }) =>
      wrong(
        CHECK,
        value === undefined ? key : `${key}="${printable(value)}"`,
        `${key} ${cure}. See docs/configuration.md.`,
      ),
    )
    return { findings: [...findings, ...faults] }
  }
}

/** Keeps the cures of what the server warns of at its start. */
function adviceLog(): { readonly log: Log; readonly text: () => string | undefined } {
  const cures: string[] = []
  return {
    log: {
      event(level, _name, fields = {}) {
        if (level === 'warn' && typeof fields['cure'] === 'string') cures.push(fields['cure'])
      },
    },
    text: () => (cures.length === 0 ? undefined : cures.join(' ')),
  }
}
