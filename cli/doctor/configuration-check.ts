import { composeServer } from '../../src/server/from-config.js'
import {
  ConfigError,
  isUnconfigured,
  parseConfig,
  readSettings,
  type Config,
  type ConfigIssue,
  type Environment,
} from '../../src/config/config.js'
import { doubtMeaning, type SettingsFileRead } from '../../src/config/settings-file-doubts.js'
import { unknownSettings } from '../../src/config/unknown-settings.js'
import { silentLog, type Logger } from '../../src/logging/logger.js'
import { isIdentityScope } from '../../src/scopes.js'
import { expandScopes } from '../../src/tools/scope-hierarchy.js'
import { namedScopesOf } from '../../src/tools/required-scopes.js'
import type { Tool } from '../../src/tools/tool.js'
import { printable } from '../printable.js'
import type { CheckedConfiguration } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, warning, wrong, type Finding } from './finding.js'

const CHECK = 'configuration'

/**
 * Reads the settings as the server does, and builds the server that they describe, without letting it listen.
 *
 * One finding an issue. `settings` stand in place of those that are found. Gives the configuration where there is none.
 */
export async function checkConfiguration(
  directory: string,
  settings: Readonly<Record<string, string>>,
  { tell }: Diagnosis,
): Promise<CheckedConfiguration | undefined> {
  const start = startLog()
  try {
    const { environment: found, file } = readSettings(directory)
    const environment = { ...found, ...settings }
    tell(...nothingConfigured(environment))
    tell(...checkSettingsFile(file))
    const config = parseConfig(environment)
    const composed = await composeServer(config, start.log)
    await composed.close()
    const message = `The settings are complete; the endpoint is ${config.endpoint.href}, the identity provider ${providerText(config)}.`
    tell(ok(CHECK, message, start.advice()), ...start.withheld())
    tell(...checkBaselineScopes(config, composed.tools))
    return { config, tools: composed.tools }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    tell(...error.issues.map(configurationIssue))
    const message = 'The rest can be checked once the settings are right.'
    tell({ ...notCheckable('everything else', message), waitsFor: CHECK })
    return undefined
  }
}

/** Which one counts, and what says so. */
function providerText({ identityProvider: { name, by } }: Config): string {
  return by === 'set' ? `${name} (IDENTITY_PROVIDER)` : `${name} (found from the issuer)`
}

function configurationIssue({ key, value, hint }: ConfigIssue): Finding {
  const message = value === undefined ? key : `${key}="${printable(value)}"`
  return wrong(CHECK, message, `${key} ${hint}. See docs/configuration.md.`)
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

/** What `.env` has that does nothing: names that are no settings, lines without effect. */
function checkSettingsFile({ names, doubts }: SettingsFileRead): readonly Finding[] {
  const unknown = unknownSettings(names).map(({ name, nearest }) =>
    warning(
      'settings_file',
      `${name}: is no setting of this server.`,
      nearest === undefined
        ? 'Remove it from .env, or correct it: docs/configuration.md names every setting.'
        : `Did you mean ${nearest}?`,
    ),
  )
  const lines = doubts.map((doubt) =>
    warning(
      'settings_file',
      `Line ${doubt.line}${doubt.name === undefined ? '' : ` (${doubt.name})`} has no effect.`,
      doubtMeaning(doubt),
    ),
  )
  return [...unknown, ...lines]
}

/** Scopes that clients are told to ask for, and that open nothing. */
function checkBaselineScopes(
  { resource, access }: Config,
  tools: readonly Tool[],
): readonly Finding[] {
  const ofTools = namedScopesOf(tools)
  const opensNothing = (scope: string): boolean =>
    !isIdentityScope(scope) &&
    !expandScopes([scope], access.scopeHierarchy).some((included) => ofTools.includes(included))
  const strange = resource.baselineScopes?.filter(opensNothing) ?? []
  if (strange.length === 0) return []
  return [
    warning(
      'settings.baseline_scopes',
      `MCP_BASELINE_SCOPES has ${printable(strange.join(' '))}, which no tool asks for.`,
      `Clients are told to ask for it at sign-in, and an authorization server that does not know it may refuse them. The scopes of the tools are ${ofTools.join(' ')}, separated by spaces.`,
    ),
  ]
}

/** Keeps what the server warns of at its start, as far as no other check says it. */
function startLog() {
  const hints: { readonly name: string; readonly hint: string }[] = []
  const log: Logger = {
    ...silentLog,
    warn({ event: name, hint }) {
      if (typeof hint === 'string') hints.push({ name, hint })
    },
  }
  const of = (wanted: string): string[] =>
    hints.filter(({ name }) => name === wanted).map(({ hint }) => hint)
  return {
    log,
    advice: () => of('exchange_scopes_ignored').at(0),
    withheld: () => [
      ...of('tool_not_offered').map((hint) => warning(CHECK, 'A tool is not offered.', hint)),
      ...of('operations_not_offered').map((hint) =>
        warning(CHECK, 'Operations of a document are not offered as tools.', hint),
      ),
      ...of('tools_listed').map((hint) =>
        warning(CHECK, 'A client that has just signed in sees no tool.', hint),
      ),
    ],
  }
}
