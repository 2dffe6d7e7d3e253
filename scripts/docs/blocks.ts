import type { Block } from './block.js'
import { alerts } from './alerts.js'
import { clients } from './clients.js'
import { conformance } from './conformance.js'
import { connectorClients } from './connector-clients.js'
import { connectorProblems } from './connector-problems.js'
import { ACCESS_SETTINGS } from '../../src/config/access-settings.js'
import { auditMembers, leftOutMembers } from './audit-members.js'
import { CLIENT_SETTINGS } from '../../src/config/client-settings.js'
import { AUDIT_SETTINGS } from '../../src/config/audit-settings.js'
import { HTTP_SETTINGS } from '../../src/config/http-settings.js'
import { EXCHANGE_SETTINGS } from '../../src/config/exchange-settings.js'
import { IDENTITY_PROVIDER_SETTINGS } from '../../src/config/identity-provider-settings.js'
import { METRICS_SETTINGS } from '../../src/config/metrics-settings.js'
import { MANNER_SETTINGS } from '../../src/config/manner-settings.js'
import { ISSUER_SETTINGS } from '../../src/config/issuer-settings.js'
import { CONFIRMATION_SETTINGS } from '../../src/config/confirmation-settings.js'
import { OPENAPI_SETTINGS } from '../../src/config/openapi-settings.js'
import { OUTGOING_SETTINGS } from '../../src/config/outgoing-settings.js'
import { POLICY_SETTINGS } from '../../src/config/policy-settings.js'
import { SESSION_SETTINGS } from '../../src/config/session-settings.js'
import { SIGN_OUT_SETTINGS } from '../../src/config/sign-out-settings.js'
import { STORE_SETTINGS } from '../../src/config/store-settings.js'
import { TOKEN_SETTINGS } from '../../src/config/token-settings.js'
import { TRACE_SETTINGS } from '../../src/config/trace-settings.js'
import { documents } from './documents.js'
import { failureOverview } from './failure-overview.js'
import { failureSections } from './failure-sections.js'
import { failureTextIndex } from './failure-text-index.js'
import { hostedClient } from './hosted-client.js'
import { logEventSections } from './log-event-sections.js'
import { metrics } from './metrics.js'
import { mutation } from './mutation.js'
import { performance } from './performance.js'
import { reliability } from './reliability.js'
import { reliabilityFleet } from './reliability-fleet.js'
import { scriptedClients } from './scripted-clients.js'
import { settingTheme } from './setting-theme.js'
import { spans } from './spans.js'
import { soak } from './soak.js'
import { symptomTexts } from './symptom-texts.js'
import { SYMPTOMS } from './symptoms.js'

/** The sections of docs/hosted-clients.md, and the client of `doctor --connector` whose rows each has. */
const HOSTED = [
  ...(['claude', 'claude-code', 'chatgpt', 'codex', 'vscode', 'cursor', 'strict'] as const).map(
    (name) => [name, name] as const,
  ),
  ['others', 'sdk-v1'],
] as const

/** The generated parts of the pages, by the name that stands in their markers. One file a block. */
export const BLOCKS: Readonly<Record<string, Block>> = {
  alerts,
  clients,
  metrics,
  conformance,
  'connector-clients': connectorClients,
  'connector-problems': connectorProblems,
  documents,
  mutation,
  performance,
  reliability,
  'reliability-fleet': reliabilityFleet,
  spans,
  soak,
  'settings-issuer': () => settingTheme({ ...ISSUER_SETTINGS, ...IDENTITY_PROVIDER_SETTINGS }),
  'settings-token': () => settingTheme(TOKEN_SETTINGS),
  'settings-exchange': () => settingTheme({ ...EXCHANGE_SETTINGS, ...MANNER_SETTINGS }),
  'settings-openapi': () => settingTheme(OPENAPI_SETTINGS),
  'settings-outgoing': () => settingTheme(OUTGOING_SETTINGS),
  'settings-access': () => settingTheme({ ...ACCESS_SETTINGS, ...CLIENT_SETTINGS }),
  'settings-confirmation': () => settingTheme(CONFIRMATION_SETTINGS),
  'settings-policy': () => settingTheme(POLICY_SETTINGS),
  'settings-sessions': () => settingTheme(SESSION_SETTINGS),
  'settings-sign-out': () => settingTheme(SIGN_OUT_SETTINGS),
  'settings-store': () => settingTheme(STORE_SETTINGS),
  'settings-http': () => settingTheme(HTTP_SETTINGS),
  'settings-audit': () => settingTheme(AUDIT_SETTINGS),
  'settings-metrics': () => settingTheme(METRICS_SETTINGS),
  'settings-trace': () => settingTheme(TRACE_SETTINGS),
  'failure-overview': failureOverview,
  'failure-sections': failureSections,
  'failure-texts': failureTextIndex,
  'audit-record': auditMembers,
  'audit-left-out': leftOutMembers,
  'log-events': logEventSections,
  'scripted-clients': scriptedClients,
  ...Object.fromEntries(
    HOSTED.map(([name, like]) => [`hosted-${name}`, () => hostedClient(like)] as const),
  ),
  ...Object.fromEntries(
    SYMPTOMS.map((symptom) => [`symptom-${symptom}`, () => symptomTexts(symptom)] as const),
  ),
}
