import type { Secret } from '../secret.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingValues } from './settings.js'

/** What decides about each tool call, beside scopes and limits: one of two. */
export interface PolicyConfig {
  /** A rule of Open Policy Agent, at its data API, and the bearer token that is sent there. */
  readonly opa: { readonly url: URL; readonly token: Secret | undefined } | undefined
  /** The path of a file with policies of Cedar. */
  readonly cedarFile: string | undefined
  /** How long a decision may take. */
  readonly timeoutMs: number
}

/** The part of the configuration that `POLICY_SETTINGS` make; `undefined`: there is no policy. */
export function policyConfig(found: CompleteSettings): PolicyConfig | undefined {
  const { POLICY_URL: url, POLICY_TOKEN: token, POLICY_FILE: cedarFile } = found
  if (url === undefined && cedarFile === undefined) return undefined
  const opa = url && { url, token }
  return { opa, cedarFile, timeoutMs: found.POLICY_TIMEOUT_MS }
}

/** What is wrong with these settings taken together; `unreadable` are those already found faulty alone. */
export function policyIssues(
  { POLICY_URL: url, POLICY_TOKEN: token, POLICY_FILE: file }: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const hasUrl = url !== undefined || unreadable.has('POLICY_URL')
  if (hasUrl && file !== undefined) {
    const hint = 'is set together with POLICY_URL. Remove one of them'
    return [{ key: 'POLICY_FILE', value: file, hint }]
  }
  if (token === undefined || hasUrl) return []
  const hint = 'is missing, and POLICY_TOKEN is set. Set both, or remove POLICY_TOKEN'
  return [{ key: 'POLICY_URL', hint }]
}
