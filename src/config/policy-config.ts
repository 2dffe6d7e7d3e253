import type { Secret } from '../secret.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingValues } from './settings.js'

/** What decides about each tool call, beside scopes and limits. */
export interface PolicyConfig {
  /** A rule of Open Policy Agent, at its data API. */
  readonly url: URL
  /** Sent there as a bearer token. */
  readonly token: Secret | undefined
  /** How long a decision may take. */
  readonly timeoutMs: number
}

/** The part of the configuration that `POLICY_SETTINGS` make; `undefined`: there is no policy. */
export function policyConfig(found: CompleteSettings): PolicyConfig | undefined {
  const { POLICY_URL: url, POLICY_TOKEN: token, POLICY_TIMEOUT_MS: timeoutMs } = found
  return url === undefined ? undefined : { url, token, timeoutMs }
}

/** What is wrong with these settings taken together; `unreadable` are those already found faulty alone. */
export function policyIssues(
  { POLICY_URL: url, POLICY_TOKEN: token }: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  if (token === undefined || url !== undefined || unreadable.has('POLICY_URL')) return []
  const hint = 'is missing, and POLICY_TOKEN is set. Set both, or remove POLICY_TOKEN'
  return [{ key: 'POLICY_URL', hint }]
}
