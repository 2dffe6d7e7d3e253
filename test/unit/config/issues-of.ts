import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'

/** What is wrong with an environment: each setting, and what to do about it. */
export function issuesOf(environment: Environment): readonly string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map(({ key, hint }) => `${key} ${hint}`)
  }
}
