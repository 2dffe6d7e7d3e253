import type { Secret } from '../secret.js'
import { withExtraAuthorities } from './extra-authorities.js'
import { ConfigError, type ConfigIssue } from './config-error.js'
import { parseSettings, textOf, type Environment } from './parse-settings.js'
import { OUTGOING_NAMES } from './setting-names.js'
import type { CompleteSettings } from './settings.js'
import { readValueFiles } from './value-files.js'

/** How other servers are reached. */
export interface OutgoingConfig {
  readonly proxy: {
    readonly http: Secret | undefined
    readonly https: Secret | undefined
    readonly noProxy: readonly string[]
  }
  /** PEM, one certificate each. */
  readonly certificateAuthorities: readonly string[]
}

export function outgoingOf(found: CompleteSettings): OutgoingConfig {
  return {
    proxy: { http: found.HTTP_PROXY, https: found.HTTPS_PROXY, noProxy: found.NO_PROXY },
    certificateAuthorities: found.CA_CERTIFICATES,
  }
}

/**
 * Reads from an environment how other servers are reached, and nothing else of it; throws a `ConfigError`.
 *
 * For programs that reach others before there is a whole configuration. Reads the files that `…_FILE` names.
 */
export function readOutgoing(environment: Environment): OutgoingConfig {
  const files = readValueFiles((name) => textOf(environment, name), OUTGOING_NAMES)
  const issues: ConfigIssue[] = [...files.issues]
  const told = withExtraAuthorities({ ...environment, ...files.values })
  const found = parseSettings(
    Object.fromEntries(Object.entries(told).filter(([name]) => OUTGOING_NAMES.has(name))),
    issues,
  )
  if (issues.length > 0) throw new ConfigError(issues)
  return outgoingOf(found as CompleteSettings)
}
