import { composeServer } from '../../src/compose.js'
import {
  ConfigError,
  parseConfig,
  readEnvironment,
  settingsFileNames,
  type Config,
} from '../../src/config.js'
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

/** One finding a name in `.env` that is no setting. */
export function checkSettingsFile(directory: string): readonly Finding[] {
  return unknownSettings(settingsFileNames(directory)).map(({ name, nearest }) =>
    notCheckable(
      'settings_file',
      `${name}: is no setting of this server.`,
      nearest === undefined
        ? 'Remove it from .env, or correct it: docs/configuration.md names every setting.'
        : `Did you mean ${nearest}?`,
    ),
  )
}

/**
 * Reads the settings as the server does, and builds the server that they describe, without letting it listen.
 *
 * One finding a fault.
 */
export async function checkConfiguration(directory: string): Promise<CheckedConfiguration> {
  const ignored: string[] = []
  try {
    const config = parseConfig(readEnvironment(directory))
    const composed = await composeServer(config, ignoredScopesLog(ignored))
    await composed.close()
    const advice =
      ignored.length === 0
        ? undefined
        : `Remove ${ignored.join(' ')} from MCP_AUTH0_EXCHANGE_SCOPE: these belong to a sign-in and are ignored in an exchange.`
    const says = `The settings are complete; the endpoint is ${config.endpoint.href}.`
    return { config, findings: [ok(CHECK, says, advice)] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const findings = error.faults.map(({ key, value, cure }) =>
      wrong(
        CHECK,
        value === undefined ? key : `${key}="${printable(value)}"`,
        `${key} ${cure}. See docs/configuration.md.`,
      ),
    )
    return { findings }
  }
}

function ignoredScopesLog(ignored: string[]): Log {
  return {
    event(_level, name, fields = {}) {
      if (name !== 'exchange_scopes_ignored' || !Array.isArray(fields['ignored'])) return
      ignored.push(...(fields['ignored'] as string[]))
    },
  }
}
