export type Verdict = 'ok' | 'warning' | 'wrong' | 'not_checkable'

/** The name of a check. Stable, for machines. */
export type CheckName =
  | 'settings_file'
  | 'identity_provider'
  | 'settings.baseline_scopes'
  | 'settings.client_id'
  | 'settings.scope_prefix'
  | 'settings.exchange_issuer'
  | 'settings.authorization_server'
  | 'configuration'
  | 'everything else'
  | 'issuer.metadata'
  | 'issuer.keys'
  | 'issuer.scopes'
  | 'clock'
  | 'tenant.access'
  | 'tenant.settings'
  | 'tenant.registration'
  | 'tenant.connection'
  | 'tenant.server_api'
  | 'tenant.api'
  | 'tenant.client'
  | 'tenant.confirmation_client'
  | 'tenant.client_grant'
  | 'tenant.third_party_grant'
  | 'tenant.roles'
  | 'tenant.profile'
  | 'tenant.exchange_rate'
  | 'token_endpoint'
  | 'token_endpoint.grant'
  | 'token_endpoint.client_authentication'
  | 'client.certificate'
  | 'client.credentials'
  | 'client.exchange'
  | 'api.reachable'
  | 'api.without_token'
  | 'api.foreign_token'
  | 'server.identifier'
  | 'server.challenge'
  | 'server.metadata'
  | 'sign_in'
  | 'sign_in.metadata'
  | 'sign_in.client'
  | 'sign_in.answer'
  | 'sign_in.token'
  | 'sign_in.client_removal'
  | 'token.inbound'
  | 'token.tools'
  | 'exchange'
  | 'exchange.request'
  | 'exchange.audience'
  | 'exchange.scopes'
  | 'exchange.result'
  | 'api.call'
  | 'token.audience'
  | 'mcp.initialize'
  | 'mcp.tools'
  | 'mcp.call'

/** What one check came to. Holds no token and no secret. */
export interface Finding {
  readonly check: CheckName
  readonly verdict: Verdict
  /** What was found. */
  readonly message: string
  /** What to do, naming the setting or the field at the authorization server. */
  readonly hint?: string | undefined
  /** The authorization server that it is about, where a deployment may have several. */
  readonly issuer?: string | undefined
  /** The API that it is about, where a deployment has several: its name. */
  readonly api?: string | undefined
  /** Only with `not_checkable`: the check that has to come right first. */
  readonly waitsFor?: CheckName | undefined
}

/** A finding as a check makes it, before it is held against the earlier ones. */
export interface Observation extends Finding {
  /** Checks whose fault would make this one fail as well. */
  readonly explainedBy?: readonly CheckName[] | undefined
  /** What the network failed with. Two failures with the same text here have one cause. */
  readonly networkCause?: string | undefined
}

export function ok(check: CheckName, message: string, advice?: string): Finding {
  return { check, verdict: 'ok', message, hint: advice }
}

/** Something that works and is probably not meant. */
export function warning(check: CheckName, message: string, hint: string): Finding {
  return { check, verdict: 'warning', message, hint }
}

export function wrong(check: CheckName, message: string, hint: string): Finding {
  return { check, verdict: 'wrong', message, hint }
}

export function notCheckable(check: CheckName, message: string, advice?: string): Finding {
  return {
    check,
    verdict: 'not_checkable',
    message,
    hint: advice,
  }
}
