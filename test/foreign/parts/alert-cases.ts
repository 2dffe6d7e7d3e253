/** What an alert is tried on: series as promtool writes them, a value a minute. */
export interface AlertCase {
  readonly alert: string
  /** What has it fire, and what is close to that and does not. */
  readonly fires: Series
  readonly quiet: Series
  /** When the alert is looked at. */
  readonly at: string
  /** Of the alert that fires, beside its severity. */
  readonly labels?: Readonly<Record<string, string>>
}

export type Series = Readonly<Record<string, string>>

const OWN = 'mcp_on_behalf_of_'
const INSTANCE = { instance: 'first' }

function failures(code: string, values: string, security = false): Series {
  return { [`${OWN}failures_total{code="${code}",security="${String(security)}"}`]: values }
}

function logged(event: string, values: string): Series {
  return { [`${OWN}log_events_total{event="${event}",level="warn"}`]: values }
}

function gauge(name: string, values: string, labels = 'instance="first"'): Series {
  return { [`${OWN}${name}{${labels}}`]: values }
}

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'McpServerDown',
    fires: { 'up{job="mcp-on-behalf-of",instance="first"}': '1 0x9' },
    quiet: { 'up{job="mcp-on-behalf-of",instance="first"}': '1 1 1 0 1 1' },
    at: '4m',
    labels: { job: 'mcp-on-behalf-of', ...INSTANCE },
  },
  {
    alert: 'McpServerGone',
    fires: {},
    quiet: gauge('build_info', '1x20', 'version="1.0.0"'),
    at: '10m',
  },
  {
    alert: 'McpServerNotReady',
    fires: gauge('not_ready', '0 1x20', 'instance="first",reason="no_keys"'),
    quiet: gauge('not_ready', '0 1x20', 'instance="first",reason="stopping"'),
    at: '10m',
    labels: { ...INSTANCE, reason: 'no_keys' },
  },
  {
    alert: 'McpSecurityCheckRefused',
    fires: failures('exchange_wrong_user', '0x5 1x5', true),
    quiet: failures('invalid_token', '0x5 1x5'),
    at: '7m',
    labels: { code: 'exchange_wrong_user' },
  },
  {
    alert: 'McpCacheOwnerMismatch',
    fires: {
      [`${OWN}token_cache_lookups_total{cache="exchanged_tokens",result="other_owner"}`]: '0x5 1x5',
    },
    quiet: {
      [`${OWN}token_cache_lookups_total{cache="exchanged_tokens",result="absent"}`]: '0x5 1x5',
    },
    at: '7m',
  },
  {
    alert: 'McpInternalError',
    fires: failures('internal_error', '0x5 1x5'),
    quiet: failures('insufficient_scope', '0x5 1x5'),
    at: '7m',
    labels: { code: 'internal_error' },
  },
  {
    alert: 'McpExchangeMisconfigured',
    fires: failures('exchange_misconfigured', '0x5 3x5'),
    quiet: failures('exchange_misconfigured', '0x20'),
    at: '7m',
  },
  {
    alert: 'McpAuthorizationServerUnreachable',
    fires: failures('exchange_unavailable', '0+1x20'),
    quiet: failures('exchange_unavailable', '0x5 1x20'),
    at: '12m',
    labels: { code: 'exchange_unavailable' },
  },
  {
    alert: 'McpExchangeBreakerOpen',
    fires: gauge('exchange_breaker_open', '0 1x20', 'issuer="https://login.example/"'),
    quiet: gauge('exchange_breaker_open', '0 1 1 0x20', 'issuer="https://login.example/"'),
    at: '10m',
    labels: { issuer: 'https://login.example/' },
  },
  {
    alert: 'McpExchangesPaused',
    fires: gauge('exchange_paused', '0 1x20', 'issuer="https://login.example/"'),
    quiet: gauge('exchange_paused', '0 1 1 0x20', 'issuer="https://login.example/"'),
    at: '10m',
    labels: { issuer: 'https://login.example/' },
  },
  {
    alert: 'McpApiUnreachable',
    fires: failures('downstream_unavailable', '0+1x20'),
    quiet: failures('downstream_unavailable', '0x5 1x20'),
    at: '12m',
  },
  {
    alert: 'McpIssuerDocumentUnavailable',
    fires: logged('issuer_document_unavailable', '0+1x120'),
    quiet: logged('issuer_document_unavailable', '0x10 1x120'),
    at: '100m',
  },
  {
    alert: 'McpManyInvalidTokens',
    fires: failures('invalid_token', '0+1x1440 1500+60x60'),
    quiet: failures('invalid_token', '0+60x1500'),
    at: '1490m',
  },
  {
    alert: 'McpStepUpLoop',
    fires: logged('step_up_loop', '0x5 1x20'),
    quiet: logged('step_up_loop', '1x20'),
    at: '10m',
  },
  {
    alert: 'McpTokenCacheFailed',
    fires: logged('token_cache_failed', '0x5 1x20'),
    quiet: logged('token_cache_failed', '1x20'),
    at: '10m',
  },
  {
    alert: 'McpStoreUnavailable',
    fires: gauge('store_available', '1 0x20'),
    quiet: gauge('store_available', '1 0 0 1x20'),
    at: '10m',
    labels: INSTANCE,
  },
  {
    alert: 'McpStoreRefuses',
    fires: gauge('store_refuses', '0 1x20'),
    quiet: gauge('store_refuses', '0 1 1 0x20'),
    at: '10m',
    labels: INSTANCE,
  },
  {
    alert: 'McpAuditRecordsDropped',
    fires: { [`${OWN}audit_records_dropped_total`]: '0x5 1x5' },
    quiet: { [`${OWN}audit_records_dropped_total`]: '0x20' },
    at: '7m',
  },
  {
    alert: 'McpEventLoopDelay',
    fires: { 'nodejs_eventloop_delay_p99_seconds{instance="first"}': '0.3x20' },
    quiet: { 'nodejs_eventloop_delay_p99_seconds{instance="first"}': '0.2x20' },
    at: '10m',
    labels: INSTANCE,
  },
]
