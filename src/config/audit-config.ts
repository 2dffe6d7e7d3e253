import type { Secret } from '../secret.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingValues } from './settings.js'

/** Where the records of tool calls go. */
export interface AuditConfig {
  /** `stdout`, or the path of a file. */
  readonly sink: string
  readonly required: boolean
  /** `undefined`: records name users as their tokens do. */
  readonly pseudonymKey: Secret | undefined
}

/** The part of the configuration that `AUDIT_SETTINGS` make; `undefined` where there are no records. */
export function auditConfig(found: CompleteSettings): AuditConfig | undefined {
  if (found.AUDIT_SINK === 'off') return undefined
  return {
    sink: found.AUDIT_SINK,
    required: found.AUDIT_REQUIRED === 'on',
    pseudonymKey: found.AUDIT_USER === 'pseudonym' ? found.AUDIT_PSEUDONYM_KEY : undefined,
  }
}

/** Settings of the audit that have no effect, or need another one. */
export function auditIssues(
  found: SettingValues,
  unreadable: ReadonlySet<string>,
): readonly ConfigIssue[] {
  const { AUDIT_SINK: sink, AUDIT_REQUIRED: required, AUDIT_USER: user } = found
  const hasKey = found.AUDIT_PSEUDONYM_KEY !== undefined || unreadable.has('AUDIT_PSEUDONYM_KEY')
  const issues: ConfigIssue[] = []
  if (sink === 'off') {
    const hint = 'has no effect without records. Set AUDIT_SINK, or remove it'
    if (required === 'on') issues.push({ key: 'AUDIT_REQUIRED', value: 'on', hint })
    if (user === 'pseudonym') issues.push({ key: 'AUDIT_USER', value: 'pseudonym', hint })
  }
  if (user === 'pseudonym' && !hasKey) {
    const hint =
      'is missing. AUDIT_USER=pseudonym needs it: set it to the output of openssl rand -hex 32'
    issues.push({ key: 'AUDIT_PSEUDONYM_KEY', hint })
  }
  if (user === 'as_is' && found.AUDIT_PSEUDONYM_KEY !== undefined) {
    const hint = 'has no effect with AUDIT_USER=as_is. Set AUDIT_USER=pseudonym, or remove it'
    issues.push({ key: 'AUDIT_PSEUDONYM_KEY', hint })
  }
  return issues
}
