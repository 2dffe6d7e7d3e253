import type {
  CedarValueJson,
  StatefulAuthorizationCall,
  TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs'
import { cedarDecimals, cedarRecord } from './cedar-values.js'
import type { PolicyCall, PolicyCaller } from './policy.js'

type CedarRequest = Omit<StatefulAuthorizationCall, 'preparsedPolicySetId'>
type Attributes = Record<string, CedarValueJson>

/**
 * A tool call as a request of Cedar: `User::"<issuer>|<subject>"` (or `Anonymous::"anonymous"`) does `Action::"call"` with
 * `Tool::"<name>"`, which is in `Api::"<name>"`.
 *
 * Throws `policy_unavailable` (`input_unusable`) for arguments that Cedar cannot be told (`cedarRecord`).
 */
export function cedarRequest(call: PolicyCall): CedarRequest {
  const { caller, tool, api } = call
  const principal = principalOf(caller)
  const resource = { type: 'Tool', id: tool }
  const parents = api === undefined ? [] : [{ type: 'Api', id: api }]
  return {
    ...{ principal, action: { type: 'Action', id: 'call' }, resource },
    context: contextOf(call),
    entities: [
      { uid: principal, attrs: caller === undefined ? {} : userAttributes(caller), parents: [] },
      { uid: resource, attrs: present({ name: tool, api }), parents },
    ],
  }
}

function principalOf(caller: PolicyCaller | undefined): TypeAndId {
  if (caller === undefined) return { type: 'Anonymous', id: 'anonymous' }
  return { type: 'User', id: `${caller.issuer}|${caller.subject}` }
}

function userAttributes({
  issuer,
  subject,
  subjectClaims,
  organization,
}: PolicyCaller): Attributes {
  return present({
    issuer,
    subject,
    subjectClaims: subjectClaims && { ...subjectClaims },
    organization,
  })
}

function contextOf(call: PolicyCall): Attributes {
  const { caller, annotations, operation, method, path } = call
  return present({
    arguments: cedarRecord(call.arguments),
    decimals: cedarDecimals(call.arguments),
    client: caller?.clientId,
    scopes: [...(caller?.scopes ?? [])],
    permissions: caller?.permissions && [...caller.permissions],
    actor: caller?.delegation?.actor,
    annotations: present({ ...annotations }),
    ...{ operation, method, path },
  })
}

/** What is not known is absent: `has` tells, and a rule that reads it all the same fails. */
function present(attributes: Readonly<Record<string, CedarValueJson | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}
