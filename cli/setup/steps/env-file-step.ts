import { withoutUndefined } from '../../../src/options/without-undefined.js'
import { ConfigError, parseConfig } from '../../../src/config/config.js'
import { isLoopback } from '../../../src/http/secure-url.js'
import type { Blueprint } from '../blueprint.js'
import {
  assertWritable,
  closeToOthers,
  isOpenToOthers,
  readEnvFile,
  writeEnvFile,
} from '../env-file.js'
import { defaultServerScopes } from '../default-server-scopes.js'
import { envText } from '../env-text.js'
import type { Found } from '../found.js'
import { SetupError } from '../setup-error.js'
import type { Inspection, Step } from '../step.js'
import { clientSettings, keptSettings, type ExistingSettings } from './client-settings.js'

const SUBJECT_TOKEN_TYPE = 'MCP_AUTH0_SUBJECT_TOKEN_TYPE'
const NOT_KNOWN_YET = 'not-known-yet'

export interface EnvFileOptions {
  readonly path: string
  /** Replace a file that says something else. */
  readonly force: boolean
}

/**
 * The settings of the server. Written right behind the clients, so that a secret which Auth0 may show once is kept
 * whatever happens after.
 */
export function envFileStep(
  blueprint: Blueprint,
  found: Found,
  { path, force }: EnvFileOptions,
): Step {
  return {
    name: path,
    inspect() {
      const existing = readEnvFile(path)
      const settings = () => ({
        ...fixedSettings(blueprint),
        ...clientSettings(blueprint, found, existing),
      })
      const planned = Object.entries(settings())
      assertUsable(Object.fromEntries(planned.map(([key, value]) => [key, value ?? NOT_KNOWN_YET])))
      const differing = [
        ...planned
          .filter(([key, value]) => value === undefined || existing?.[key] !== value)
          .map(([key]) => key),
        ...otherProfile(blueprint, existing),
      ]
      if (existing !== undefined && differing.length === 0) return Promise.resolve(closing(path))
      if (existing !== undefined && !force) throw occupied(path, differing)
      assertWritable(path)
      const kept = Object.keys(keptSettings(blueprint, existing))
      return Promise.resolve(writing(path, { existing, kept }, () => complete(settings(), path)))
    },
  }
}

/** What is left to do about a file whose settings are right: it holds a secret. */
function closing(path: string): Inspection {
  if (!isOpenToOthers(path)) return { changes: [] }
  const perform = () => {
    closeToOthers(path)
    return Promise.resolve()
  }
  const details = ['file mode 0600; others may read the secret of the client now']
  return { changes: [{ summary: `chmod 600 ${path}`, details, perform }] }
}

interface FileContent {
  readonly existing: ExistingSettings
  /** Settings that a new file has as the old one had them. */
  readonly kept: readonly string[]
}

function writing(
  path: string,
  { existing, kept }: FileContent,
  settings: () => Readonly<Record<string, string>>,
): Inspection {
  const details = ['file mode 0600; holds the secret of the client']
  const lost = Object.keys(existing ?? {}).filter((key) => !kept.includes(key))
  return {
    changes: [
      {
        summary: existing === undefined ? `write ${path}` : `REPLACE ${path}`,
        details:
          existing === undefined
            ? details
            : [
                ...details,
                `what it holds now is lost: ${lost.join(' ')}`,
                ...(kept.length === 0 ? [] : [`what stays: ${kept.join(' ')}`]),
              ],
        perform: () => {
          const final = settings()
          assertUsable(final)
          writeEnvFile(path, envText(final), existing !== undefined)
          return Promise.resolve()
        },
      },
    ],
  }
}

/** With a subject token type the server exchanges tokens by its profile, so a file for On-Behalf-Of must have none. */
function otherProfile({ profile }: Blueprint, existing: ExistingSettings): readonly string[] {
  const isSet = (existing?.[SUBJECT_TOKEN_TYPE] ?? '') !== ''
  return profile.kind === 'on-behalf-of' && isSet ? [SUBJECT_TOKEN_TYPE] : []
}

function fixedSettings({
  domain,
  profile,
  server,
  api,
}: Blueprint): Readonly<Record<string, string>> {
  const url = new URL(server.url)
  // Behind a proxy, the public port says nothing about the one to listen on.
  const listensOn = isLoopback(url) && url.port !== '3001' ? url.port : ''
  return {
    AUTH0_DOMAIN: domain,
    AUTH0_AUDIENCE: server.identifier,
    MCP_SERVER_URL: server.url,
    ...withoutUndefined({ PORT: listensOn === '' ? undefined : listensOn }),
    ...baselineOf(server.scopes.join(' ')),
    API_AUTH0_AUDIENCE: api.identifier,
    API_BASE_URL: api.url,
    MCP_AUTH0_EXCHANGE_SCOPE: api.scopes.join(' '),
    ...(profile.kind === 'custom-token-exchange' ? profileSettings(profile.subjectTokenType) : {}),
  }
}

/** Auth0 counts bad subject tokens by address: without the users' own, one of them blocks the server for all. */
function profileSettings(subjectTokenType: string): Readonly<Record<string, string>> {
  return { [SUBJECT_TOKEN_TYPE]: subjectTokenType, FORWARD_CLIENT_ADDRESS: 'true' }
}

/** Written out only where it differs: by default, clients ask for the scopes of all tools, also of those to come. */
function baselineOf(scopes: string): { readonly MCP_BASELINE_SCOPES?: string } {
  return scopes === defaultServerScopes() ? {} : { MCP_BASELINE_SCOPES: scopes }
}

/** Everything is known once the clients have been created. */
function complete(
  settings: Readonly<Record<string, string | undefined>>,
  path: string,
): Readonly<Record<string, string>> {
  const known = Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  )
  const missing = Object.keys(settings).filter((key) => settings[key] === undefined)
  if (missing.length === 0) return Object.fromEntries(known)
  throw new SetupError(`${path}: ${missing.join(', ')} not known.`, 'Run the command again.')
}

/** The server itself has to accept what is written. */
function assertUsable(settings: Readonly<Record<string, string>>): void {
  try {
    parseConfig(settings)
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause
    const issues = cause.issues.map(({ key, hint }) => `${key} ${hint}`)
    throw new SetupError(
      `The server would not start with these settings: ${issues.join('; ')}.`,
      'Correct the options of this command (--help) that they come from.',
      cause,
    )
  }
}

function occupied(path: string, differing: readonly string[]): SetupError {
  return new SetupError(
    `${path} is there already and says something else (${differing.join(', ')}).`,
    'Replace it by --force, write another by --settings-file, or none by --no-settings-file. Nothing has been changed.',
  )
}
