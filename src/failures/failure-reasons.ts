/**
 * Every `reason` of a failure, by the part of the code that reports it. A reason is finer than the code, and stable; some
 * belong to several parts. `src/failures/failure-table.ts` decides by the code alone.
 */
export const FAILURE_REASONS = {
  /** How a request presents its token: `malformed_credentials`. */
  credentials: [
    'doubled_authorization',
    'not_bearer',
    'not_one_proof',
    'proof_with_bearer',
    'proof_without_token',
    'token_in_body',
    'token_in_query',
    'token_too_long',
  ],
  /** What is wrong with a token for this server: `invalid_token`. */
  token: [
    'algorithm',
    'audience_mismatch',
    'audience_missing',
    'bound_token_as_bearer',
    'client_missing',
    'encrypted_token',
    'expired',
    'expiry_missing',
    'expiry_out_of_range',
    'issuer_mismatch',
    'issuer_missing',
    'key_unknown',
    'machine_token',
    'not_a_jwt',
    'not_verified',
    'not_yet_valid',
    'opaque_token',
    'proof_refused',
    'proof_replayed',
    'several_audiences',
    'subject_missing',
    'wrong_type',
  ],
  /** A claim that is there and cannot be read: `invalid_token`. */
  claims: [
    'act_malformed',
    'binding_malformed',
    'binding_unknown',
    'client_malformed',
    'mark_malformed',
    'organization_malformed',
    'permissions_malformed',
    'scope_malformed',
  ],
  /** Why the issuer's metadata or keys are not available: `verifier_unavailable`. */
  documents: [
    'invalid',
    'not_json',
    'timed_out',
    'too_large',
    'unexpected_status',
    'unreachable',
    'key_lookups_used_up',
    'unforeseen',
  ],
  /** Failures of our own around verification. */
  identity: ['no_auth_context', 'proofs_unavailable', 'verifier_failed'],
  /** Why no usable answer came from the token endpoint, and why it was not asked: `exchange_unavailable`. */
  outage: [
    'connection_lost',
    'metadata_unavailable',
    'nonsense',
    'timed_out',
    'unreachable',
    'breaker_open',
    'held_back',
    'keys_unavailable',
    'queue_full',
  ],
  /** What the token endpoint refused, or we before asking it. `unexpected_status` comes with `status`. */
  exchange: [
    'access_policy',
    'claims_challenge',
    'claims_ignored',
    'client_key_unusable',
    'issuer_has_path',
    'issuer_not_https',
    'rate_limited',
    'scope_narrowed',
    'throttled',
    'unexpected_status',
    'user_not_assigned',
  ],
  /** In what a returned token differs from the one that was asked for: `exchange_rejected`. */
  rejection: [
    'token_type',
    'issued_token_type',
    'subject_token_returned',
    'opaque',
    'wrong_type',
    'signature',
    'issuer',
    'audience',
    'several_audiences',
    'acceptable_here',
    'expired',
    'not_yet_valid',
    'claim_malformed',
    'subject',
    'organization',
    'actor',
    'actor_malformed',
    'chain_too_deep',
    'chain_changed',
    'bound_token',
    'unbound_downgrade',
  ],
  /** Who may act for the user: `delegation_refused`. */
  delegation: ['actor_not_allowed', 'policy', 'policy_failed', 'too_deep'],
  /** A call of an API. `unexpected_status` comes with `status`. */
  downstream: [
    'api_wants_more_scope',
    'broke_off',
    'claims_challenge',
    'claims_ignored',
    'downstream_scope_denied',
    'no_body',
    'not_json',
    'timed_out',
    'token_echoed',
    'too_large',
    'too_many_calls',
    'unexpected_shape',
    'unexpected_status',
    'unreachable',
  ],
  /** A handler that asks its API client for what it may not: `misconfigured`; `argument_value`, `operation_unknown` and `path_value` are `invalid_argument`. */
  handler: [
    'argument_value',
    'forbidden_header',
    'invalid_header',
    'json_body',
    'method',
    'no_downstream_access',
    'no_schema',
    'not_confirmed',
    'operation_unknown',
    'path_character',
    'path_dot_segment',
    'path_empty_segment',
    'path_outside_api',
    'path_param_type',
    'path_params',
    'path_query',
    'path_template',
    'path_value',
    'query_value',
    'unknown_member',
  ],
  /** The user was to be asked before a call: `confirmation_unavailable`, `confirmation_refused`. */
  confirmation: [
    'client_cannot_ask',
    'confirmation_expired',
    'confirmation_mismatch',
    'confirmation_unanswered',
    'confirmation_used',
    'too_many_confirmations',
  ],
  /** The policy denied a call, or no decision could be had: `policy_denied`, `policy_unavailable`. */
  policy: [
    'client_gone',
    'decision_malformed',
    'denied_by_policy',
    'not_decided',
    'policy_failed',
    'queue_full',
    'timed_out',
  ],
  /** Which tools there are, and who may use which. */
  tools: [
    'permission_missing',
    'tool_not_declared',
    'tool_scope_missing',
    'tool_scopes_not_mounted',
  ],
  /** What is wrong with a request, whoever sends it. */
  request: [
    'batch_too_long',
    'body_not_parsed',
    'body_unreadable',
    'charset_unsupported',
    'encoding_unsupported',
    'host_doubled',
    'host_mismatch',
    'host_not_allowed',
    'id_not_unique',
    'id_too_long',
    'needs_event_stream',
    'not_json',
    'origin_not_allowed',
    'request_target',
    'size_mismatch',
    'too_deep',
    'too_many_members',
    'too_many_values',
  ],
  /** Which limit is used up: `rate_limited`, `tool_rate_limited`. */
  limits: [
    'bytes_per_minute',
    'calls_at_once',
    'calls_per_minute',
    'messages_per_minute',
    'requests_per_minute',
    'too_many_at_once',
    'too_many_streams',
  ],
  /** A session, and what it keeps for a client that comes back. */
  sessions: [
    'replay_permission_missing',
    'replay_scope_missing',
    'session_of_another',
    'session_unknown',
  ],
} as const

/** The parts of `FAILURE_REASONS`. */
export type FailureReasonGroup = keyof typeof FAILURE_REASONS

/** A reason of `FAILURE_REASONS`; with the name of a part, one of that part. */
export type FailureReason<Group extends FailureReasonGroup = FailureReasonGroup> =
  (typeof FAILURE_REASONS)[Group][number]
