import { composeServer, serverTools } from '../../src/compose.js'
import {
  ConfigError,
  isUnconfigured,
  parseConfig,
  readEnvironment,
  settingsFileNames,
  type Config,
  type ConfigFault,
  type Environment,
} from '../../src/config.js'
import { unknownSettings } from '../../src/config/unknown-settings.js'
import type { Log } from '../../src/log.js'
import { isIdentityScope, unionScopes } from '../../src/scopes.js'
import { expandScopes } from '../../src/tools/access.js'
import { printable } from '../printable.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, warning, wrong, type Finding } from './finding.js'

const CHECK = 'configuration'

/**
 * Reads the settings as the server does, and builds the server that they describe, without letting it listen.
 *
 * One finding a fault. Gives the configuration where there is none.
 */
export async function checkConfiguration(
  directory: string,
  { tell }: Diagnosis,
): Promise<Config | undefined> {
  const ignored: string[] = []
  try {
    tell(...nothingConfigured(readEnvironment(directory)))
    tell(...checkSettingsFile(directory))
    const config = parseConfig(readEnvironment(directory))
    const composed = await composeServer(config, ignoredScopesLog(ignored))
    await composed.close()
    const advice =
      ignored.length === 0
        ? undefined
        : `Remove ${ignored.join(' ')} from MCP_AUTH0_EXCHANGE_SCOPE: these belong to a sign-in and are ignored in an exchange.`
    tell(ok(CHECK, `The settings are complete; the endpoint is ${config.endpoint.href}.`, advice))
    tell(...checkBaselineScopes(config))
    return config
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    tell(...error.faults.map(configurationFault))
    const says = 'The rest can be checked once the settings are right.'
    tell({ ...notCheckable('everything else', says), waitsFor: CHECK })
    return undefined
  }
}

function configurationFault({ key, value, cure }: ConfigFault): Finding {
  const says = value === undefined ? key : `${key}="${printable(value)}"`
  return wrong(CHECK, says, `${key} ${cure}. See docs/configuration.md.`)
}

/** Whoever has set nothing gets the development set-up, which needs no doctor. */
function nothingConfigured(environment: Environment): readonly Finding[] {
  if (!isUnconfigured(environment)) return []
  const development =
    environment['NODE_ENV'] === 'production'
      ? 'NODE_ENV is production, so npm start does not run the development set-up.'
      : 'npm start runs the development set-up, which needs no doctor.'
  return [
    warning(
      CHECK,
      `Nothing is configured: ${development}`,
      'For your own, copy .env.example to .env and fill it in.',
    ),
  ]
}

/** One finding a name in `.env` that is no setting. */
function checkSettingsFile(directory: string): readonly Finding[] {
  return unknownSettings(settingsFileNames(directory)).map(({ name, nearest }) =>
    warning(
      'settings_file',
      `${name}: is no setting of this server.`,
      nearest === undefined
        ? 'Remove it from .env, or correct it: docs/configuration.md names every setting.'
        : `Did you mean ${nearest}?`,
    ),
  )
}

/** Scopes that clients are told to ask for, and that open nothing. */
function checkBaselineScopes({ resource, access }: Config): readonly Finding[] {
  const ofTools = unionScopes(...serverTools().map(({ requiredScopes }) => requiredScopes))
  const opensNothing = (scope: string): boolean =>
    !isIdentityScope(scope) &&
    !expandScopes([scope], access.hierarchy).some((included) => ofTools.includes(included))
  const strange = resource.baselineScopes.filter(opensNothing)
  if (strange.length === 0) return []
  return [
    warning(
      'settings.baseline_scopes',
      `MCP_BASELINE_SCOPES has ${printable(strange.join(' '))}, which no tool asks for.`,
      `Clients are told to ask for it at sign-in, and an authorization server that does not know it may refuse them. The scopes of the tools are ${ofTools.join(' ')}, separated by spaces.`,
    ),
  ]
}

function ignoredScopesLog(ignored: string[]): Log {
  return {
    event(_level, name, fields = {}) {
      if (name !== 'exchange_scopes_ignored' || !Array.isArray(fields['ignored'])) return
      ignored.push(...(fields['ignored'] as string[]))
    },
  }
}
