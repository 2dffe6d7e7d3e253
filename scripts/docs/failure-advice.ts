import type { FailureCode } from '../../src/failures/failure-codes.js'

/** What an operator does about a failure code. Markdown, for somebody who has the log line in front of them. */
export const FAILURE_ADVICE: Readonly<Record<FailureCode, string>> = {
  no_credentials:
    'Nothing. Every client starts without a token, and the challenge tells it where to sign in. If a client never gets further, open the metadata address of the challenge in a browser, and check `MCP_SERVER_URL`.',
  malformed_credentials:
    'Correct the client. The line has a `reason`. `proof_refused` means that a DPoP proof (a signature by which a client shows that the token is its own) does not fit the request: compare the clocks and `MCP_SERVER_URL`.',
  invalid_token:
    "Look at `reason`. `issuer_mismatch`: the line has `expectedIssuers` and `receivedIssuer`, and a `hint` where a trailing slash is all that differs. `audience_mismatch`: the client asked for a token for another server, or `AUTH0_AUDIENCE` differs from the API's identifier at the authorization server, often by a trailing slash; `hint` says which. `several_audiences`: `otherAudiences` names the others, `hint` says what to do. `audience_missing`: the authorization server has to bind tokens to this server. A reason that ends in `_malformed`: a claim of the token cannot be read; correct the mapper or Action that writes it. Expired tokens are normal; if all tokens are refused at once, a clock or the issuer is wrong. `machine_token`: the token belongs to no user; `mark` says how the server recognised that. `wrong_type`: an ID token or another kind of token.",
  signed_out:
    'Nothing: the user signs in again. They have signed out since the token was issued, or an administrator has ended their access. The log of the instance that was told has `user_signed_out` with the same `key`; its `source` says who told it. With `reason` `issue_time_missing` the token has no `iat`, so it cannot be told whether it is older: have the authorization server write it. In a tool result: the user was signed out while the call was under way.',
  verifier_unavailable:
    "See whether this machine reaches the issuer: the line has `url` and `reason`. The server uses its copy of the keys for up to `KEYS_STALE_HOURS`. So with this code it has no keys, they are older than that, or a token has an unknown key id. `invalid` with a URL that answers: the issuer's metadata names another issuer than the setting, mostly by a slash. `proofs_unavailable`: the shared store cannot be had, so nobody knows whether a DPoP proof was used before; bring the store back, or set `STORE_OUTAGE=local`.",
  insufficient_scope:
    'Nothing: a client asks for the scopes and comes back (a step-up). `tools` names the tools of the call, and `missing` the scopes. `step_up_loop` in the log means that a client does not; [authorization.md](authorization.md) has the switches. `tool_scopes_not_mounted` as the reason means that a server was mounted without `toolScopes`.',
  permission_denied:
    'Give the user a role with the permission that `missing` names, if they should have it; `tools` names the tools of the call. They have to sign in again, since the permissions stand in the token. `tool_not_declared`: the tool is not in `tools`; see that event in [operations.md](operations.md).',
  reauthentication_required:
    'Nothing for a single user: the session ended or was revoked, and the client signs in again. For everybody at once: the signing keys or the client were replaced at the authorization server.',
  downstream_scope_denied:
    "Compare `asked` and `granted`. The user needs a role with the API's permission, and this server's client needs a grant for that scope. With `api_wants_more_scope` the API asks for more than the tool declares: `named` has the scopes that the API names, `asked` those of the tool, and `hint` says what to change.",
  delegation_refused:
    'Look at `chain`, which names the services, newest first. If the first of them may call this server, put it into `DELEGATION_ALLOWED_ACTORS`; if the chain is longer than you meant, find the loop before you raise `DELEGATION_MAX_DEPTH`.',
  consent_required:
    'Nobody can consent inside an exchange. At Auth0, set `skip_consent_for_verifiable_first_party_clients` to true on the API. Elsewhere, let the user consent once in a browser.',
  mfa_required:
    'Exempt token exchanges from the second factor, at Auth0 in the post-login Action (`event.transaction.protocol` is `oauth2-token-exchange`). Or ask for it at the sign-in.',
  access_denied:
    'Read `hint` in the log line. At Entra ID, a Conditional Access policy blocks the user, or the user is not assigned to the enterprise application. `claims_ignored`: three claims challenges were in vain, since the client signs in without the `claims` that it was sent, or the user cannot fulfil them; `mfa_required` and `consent_required` can have this reason too.',
  exchange_misconfigured:
    "Read `hint` in the log line: it says what to check for this `status` and `error`. Nearly always it is the secret, the client grant, the right to exchange, or `API_AUTH0_AUDIENCE`. `invalid_request` counts as this whatever the age of the user's token: signing in again does not change the request. Keycloak and Okta give the same answer when the user's session has ended; then it stops when the client gets its next token. A refused subject token that is younger than 30 seconds counts as this too, since another sign-in would only loop.",
  exchange_unavailable:
    "Look at `reason`. `timed_out`, `unreachable`, `nonsense`, and `unexpected_status` with a `status` of 500 or more: the authorization server, or the connection to it, fails. `connection_lost`: the connection ended before the answer did. `breaker_open`: five such failures in a row, and one probe every ten seconds; it closes by itself. Where one user alone meets them, that user alone waits. `rate_limited`, `held_back`: the authorization server's limit, of one user (mostly attack protection) or, where its headers say so or a second user meets it, of all; lower `EXCHANGE_RATE_PER_SECOND` or have the limit raised. `queue_full`: more users at once than that rate allows. `keys_unavailable`: as `verifier_unavailable`.",
  exchange_rejected:
    'Treat it as an incident until you know the cause. A token came back that was not the one asked for, and was not used. `reason` says what differed, the fields `expected…` and `received…` how, and `hint` what to do. `audience`, `several_audiences`, `opaque`, `bound_token`: settings of the API at the authorization server. `actor`: another client than ours, or ours by another name (`EXCHANGE_ACTOR`). `issuer`: another authorization server (`EXCHANGE_ISSUER`). `chain_changed`, `chain_too_deep`: who acts for the user. `claim_malformed`: `receivedClaim` names the claim, mostly one that a mapper writes. `subject`, `organization`, `signature`, `subject_token_returned`: check the authorization server and everything between it and this server.',
  downstream_unauthorized:
    'The API refuses tokens that passed our checks. Compare what it expects (issuer, audience, algorithm, clock) with a token; the second try with a fresh token has been made already, where the call is idempotent.',
  downstream_forbidden:
    "Nothing, if the API's rules are right. Look at the API's log for the same time.",
  downstream_failed:
    "Look at `status` or `reason`. `unexpected_shape` names the `paths` that are not as the tool's schema says, and `*` stands for a name that the answer chose; `no_body`, `not_json` and `too_large` are about the body; `unexpected_status` with a `status` below 400 is a redirect, which is never followed, and `location` is where it leads; `token_echoed`: the answer contains the token that it was sent. Treat it as a leak in the API.",
  downstream_unavailable:
    'See whether the API answers at `origin`, and how fast: `timed_out` is `API_TIMEOUT_MS`, `broke_off` a connection that ended before the answer was complete, also after the second try that GET, HEAD, PUT and DELETE get. 429 and 5xx of the API arrive here too, with its `Retry-After`. `too_many_calls`: the call waited for its turn until its time was over, or too many waited. If that is one user, their client asks for too much at a time; if it is many, raise `API_CONNECTIONS` as far as the API allows.',
  invalid_argument:
    'Nothing for a single one: the model chose a value such as `..` or `a/b` for `param`, and read what to correct. Many of them may be an attempt to reach other operations of the API. If identifiers of the API contain slashes, the API has to take them in the query or the body. `argument_value`: a value of a tool from an OpenAPI document that has no form in its place, such as a line end in a header. `not_all_shown`: the user was to be asked, and the call has more arguments than a question can show; the model read that it has to send fewer. `operation_unknown`: a tool that finds, describes or calls operations was given a name that no operation has, or that of one that the user may not see.',
  confirmation_unavailable:
    'Look at `reason`. `client_cannot_ask`: the tool or a policy has the user asked before the call, and the client declares no `elicitation`, or it is a 2025 client without a session. `hint` says what to change; [confirmation.md](confirmation.md) has the rules. `too_many_confirmations`: one user, or all of them, gave more answers within `CONFIRMATION_MINUTES` than this process remembers (1,000 and 100,000); it is refused rather than counted twice. `consents_unavailable`: the shared store cannot be had, so nobody knows whether the answer was used before; bring the store back, or set `STORE_OUTAGE=local`.',
  confirmation_refused:
    'Look at `reason`. `confirmation_expired`: the user took longer than `CONFIRMATION_MINUTES`. `confirmation_used`: the answer came a second time; a client that repeats requests does that, and somebody who listened. `confirmation_unanswered`: the client sent the state without an answer. `confirmation_mismatch`: the answer is for another call (other arguments, another user, client or tool, or the tool has changed since), or another instance asked: with several instances, set `CONFIRMATION_KEYS` to the same value in all of them. Many of these for one user may be an attempt to make a call that the user has not seen.',
  policy_denied:
    'Nothing, if the policy is right. `policyReason` has its words, which the model reads too.',
  policy_unavailable:
    'Look at `reason`. With `decision_undefined`, `decision_malformed`, `evaluation_failed` and `input_unusable` the same call would not be decided later either, and the model reads that; with all others it reads to try again. `timed_out`: the policy took longer than `POLICY_TIMEOUT_MS` (`policyTimeoutMs`). `unreachable`, `unexpected_status` with its `status`, `not_json`, `too_large`: Open Policy Agent, or the way to it. `decision_undefined`: `POLICY_URL` names a rule that does not exist, or has no value for this call; give it a default. `decision_malformed`: what it decided is no decision; `err` says what is wrong. `evaluation_failed`: a Cedar policy cannot be evaluated for this call; `err` names it. `input_unusable`: the arguments have something that the policy cannot be told. `policy_failed`: a policy of your own threw; `err` says what. `queue_full`: too many calls wait for a decision. `client_gone`: the client left before the decision. `not_decided`: a call reached a tool without a decision; mount `protect` in front of the endpoint, and pass on its `req.auth`.',
  invalid_request:
    'Correct the client. `reason` says what is wrong with the request: `not_json`, `charset_unsupported`, `encoding_unsupported`, `size_mismatch`, `batch_too_long`, `too_many_values`, `too_many_members`, `too_deep`, `id_too_long`. The bounds are in [operations.md](operations.md#limits).',
  method_not_allowed:
    'Correct the client. The MCP endpoint takes POST, in a session GET and DELETE as well; the protected-resource metadata takes GET.',
  not_acceptable:
    'Correct the client: it has to accept `application/json`, `text/event-stream` or both. Without an `Accept` header it gets either.',
  unsupported_media_type:
    'Correct the client: a request to the MCP endpoint is `Content-Type: application/json`.',
  request_forbidden:
    'If the host or origin in the line is yours, do what `hint` says: put it into `ALLOWED_HOSTS` or `ALLOWED_ORIGINS`, or correct `MCP_SERVER_URL`. `host_mismatch`: the request names one host in its first line and another in its Host header; see what stands between. If it is not, somebody tries to reach the server through a browser (DNS rebinding), and this is the refusal.',
  request_too_large: 'Nothing, or raise `MAX_BODY_BYTES` if your tools take such arguments.',
  tool_rate_limited:
    'Nothing, if the limit is what you want: the model reads how often it may call the tool, and when to try again. `reason` says which limit of `TOOL_LIMITS` (`toolLimits` in the library) is used up. It is that of one user, in one instance.',
  rate_limited:
    'Look at `reason` for the limit. `requests_per_minute`: one `address` sends too much, or all users look like one address; then the line names the `hint`, once: set `TRUST_PROXY`. Else raise `RATE_LIMIT_PER_ADDRESS`. `messages_per_minute`: `RATE_LIMIT_PER_CALLER`. `bytes_per_minute`: `BODY_BYTES_PER_CALLER`. `too_many_at_once`: `CONCURRENCY_PER_CALLER`. The line of a request without a token has an `address` in place of a caller: there it is `PUBLIC_RATE_LIMIT_PER_ADDRESS` or `PUBLIC_CONCURRENCY`. `too_many_streams`: the client leaves streams open. All count in each process by itself. The limits by the minute write one line a minute for each address or user, and further ones at `debug`.',
  session_not_found:
    'Nothing for a single one: the client begins a new session. Many after a restart are normal, since sessions are in the memory of the process. Many at all times: there are several instances without routing by `Mcp-Session-Id`. `session_of_another`: the token has another user, client, organization or actor than the one that opened the session.',
  session_limit:
    'Raise `MAX_SESSIONS` if there is memory for it (up to 256 KiB a session), or lower `SESSION_IDLE_MINUTES`.',
  audit_unavailable:
    'Look for `audit_sink_failed` in the log, which says why records cannot be written: a full disk, a directory that is gone, a reader of standard output that has ended. With `AUDIT_REQUIRED=on`, calls are refused until a record can be written again; the server tries every second. Without such a line, more calls run than records fit into memory.',
  cancelled: 'Nothing: the client disconnected. Many of them may mean that calls take too long.',
  misconfigured:
    'Correct the program: middleware in the wrong order, or a handler that asks for a path, a method or a header it may not use. `reason` says which, `problem` in words, and `hint` what to do. Where a handler knows no log, because `protect` is not in front of it, Node writes the same words to standard error, once, as a warning with the code `MCP_ON_BEHALF_OF_WIRING`. [library.md](library.md#check-the-wiring) says how to check.',
  internal_error: 'Report it, with the log line: `err` has the error and where it was thrown.',
}
