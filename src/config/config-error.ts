import { counted } from './counted.js'

/** One thing that is wrong with the configuration: where, what was found, what to do. */
export interface ConfigIssue {
  readonly key: string
  /** As given; `undefined` where it is absent or must not be shown. */
  readonly value?: string | undefined
  readonly hint: string
}

/**
 * The configuration cannot be used; `issues` holds everything that is wrong with it.
 *
 * @category Server
 */
export class ConfigError extends Error {
  /** Not shown where Node prints the error: the message has them all. */
  declare readonly issues: readonly ConfigIssue[]

  constructor(issues: readonly ConfigIssue[]) {
    const lines = issues.map(({ key, value, hint }) =>
      value === undefined ? `  ${key}: ${hint}` : `  ${key}="${value}": ${hint}`,
    )
    super(`The configuration has ${counted(issues.length, 'issue')}:\n${lines.join('\n')}`)
    this.name = 'ConfigError'
    // Where it was thrown says nothing about the settings. Node puts a stack without frames in brackets.
    this.stack = `${this.name}: ${this.message}\n`
    Object.defineProperty(this, 'issues', { value: issues, enumerable: false })
  }
}
