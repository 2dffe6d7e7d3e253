/** What each log event wants an operator to do. Markdown; the names are those that the source writes. */
export const LOG_EVENT_ADVICE: Readonly<Record<string, string>> = {
  api_call_failed:
    'A call of the API by a tool failed. In the library, this line says what went wrong inside your handlers. The standalone server writes it at level debug, since `tool_failed` says the same. `reason`, `problem` and `hint` say what happened, and `origin` where an API was looked for that is not available. `path` has names in place of the values; `paths` says where an answer does not fit the schema.',
  audit_records_dropped:
    'Records of tool calls are lost, because they cannot be written and no more fit into memory. Once for each outage of the sink; `audit_sink_recovered` says how many. To refuse calls in place of losing records, set `AUDIT_REQUIRED=on`.',
  audit_sink_failed:
    'Records of tool calls cannot be written; `err` says why. Once for each outage. They wait in memory, and the server tries again every second. Free the disk, or bring back what the records go to.',
  audit_sink_recovered:
    'Records of tool calls can be written again. Those that waited were written; `dropped` counts those that were lost.',
  cache_owner_mismatch:
    'The cache returned a token of another user. The token was discarded and not used. This must never happen with the cache in memory. Wake somebody up. If you have a cache of your own, take it out of service first.',
  confirmation_decided:
    'A user has approved or declined a call on the page of this server; `decision` says which. Nothing to do.',
  confirmation_foreign:
    'A user has opened the page of a call of another user, and was told that there is nothing. Usually somebody has passed an address on. Many of them for different calls mean that addresses get into wrong hands: find out where clients show or keep them.',
  confirmation_key_random:
    'Once, at the start: tools ask users before they run, and the key that seals their answers is random. With one instance, an answer that is under way during a restart is refused, and the user is asked again. With several, set `CONFIRMATION_KEYS` to the same value in all of them.',
  confirmation_sign_in_failed:
    'Somebody could not sign in to the page on which calls are approved. `not_begun_here`: the sign-in was begun in another browser, or took too long. `refused`: the authorization server said no; where `err` names `invalid_client` or the redirect URI, register `/confirm/callback` of this server, or set `CONFIRMATION_CLIENT_ID`. `unavailable`: it cannot be reached, or has no authorization endpoint. `untrusted`: its ID token is not for this sign-in; `err` says why. `too_many`: too many people sign in at the same time. `store_unavailable`: the shared store cannot be had, so no page could be shown or form taken; see `store_unavailable` of the log.',
  document_doubtful:
    'Once for each, up to 20 for a document, at the start: the OpenAPI `document` of an `api` has something that is read in one of several possible ways, or not at all. `pointer` and `line` say where, `message` what was made of it, `hint` what to change. `unlogged` counts the lines that were left out.',
  document_read:
    'Once for each document, at the start: how many `operations` it has and how many `tools` came out of them; `leftOut` counts the others by reason. `apiScopes` and `scopeSets` count the scopes of the API and their distinct sets: one token of a user can cause that many exchanges. `approximateTokens` is the size of the listing for a model. `mcp-on-behalf-of tools` shows the details.',
  endpoint_path_differs:
    'Once: a request came to another path than that of `endpoint`. Clients look for the metadata of `endpoint`, so they do not find where to sign in. Correct `endpoint` or the path at which your endpoint is mounted. If a proxy in front changes the path, nothing is wrong, except that public tools need a token then.',
  exchange_failed:
    'A token exchange did not give a usable token; the tool was answered with the failure. `api` and `audience` say for which API. Look up `code` in [failures.md](failures.md); where there is a `hint`, it says what to check.',
  exchange_retried:
    'The first try of an exchange did not reach the authorization server, or got an error of it, so a second one is made. Ignore single lines; many of them mean that an outage begins.',
  exchange_scope_exceeded:
    'A token for the API may do more than was asked for: `excess` names the scopes. The token is used, since the API decides what it allows. At the authorization server, remove default scopes of the API from the client of this server. Sign-in scopes do not count.',
  client_certificate_expires:
    "The certificate of this server's client expires within 30 days (`warn`), or has expired (`error`). Register another one at the authorization server, and set it with its key: with an expired one, every exchange is refused.",
  credentials_not_reloaded:
    'The file of a client secret, key or certificate is gone, or holds what cannot be used. `setting` names it, `hint` says what to change. The server goes on with the credentials that it read before. Once for each fault, and at each SIGHUP.',
  credentials_reloaded:
    'The files of the `settings` have changed, and the server proves itself with what they hold from now on. Nothing to do.',
  exchange_scopes_ignored:
    'Once, at the start: `MCP_AUTH0_EXCHANGE_SCOPE` names sign-in scopes. They have no effect in an exchange. Remove them.',
  http_rejected:
    'A request was refused before any route saw it. `headers_too_large` (431): all its headers together are larger than 32 KiB, usually because the access token has many claims; have the authorization server put fewer claims into it. At level debug: `request_timeout` (408) and `not_http` (400). At most ten lines a minute are written for each reason; `unlogged` counts the lines that were left out.',
  identity_provider_doubtful:
    'Once, at the start: `IDENTITY_PROVIDER` names another identity provider than the issuer is of. Its habits would refuse tokens or exchanges. Correct the setting, or remove it.',
  issuer_document_unavailable:
    "The issuer's metadata or keys could not be fetched. The server uses its copies for up to `KEYS_STALE_HOURS`. Find the reason before that time is over. `reason`, `url`, `status` and `why` say what happened: `why` is the innermost cause, for example a certificate or a refused connection. A redirect has its target in `location`; redirects are not followed, so set `ISSUER_METADATA_URL` or `JWKS_URL` to the address of the document itself.",
  listening: 'The process accepts requests. Nothing to do.',
  log_lines_dropped:
    'Lines of this log were lost: whatever reads standard output was slow, or stood still, until 16 MiB waited for it. `dropped` counts them; it is written when the reader has caught up. Give the reader more room, or set `LOG_LEVEL=warn`.',
  mcp_error:
    'The MCP SDK met a message or a connection that it could not handle, usually because a client disconnected or violated the protocol. Investigate if there are many of one kind.',
  metrics_listening: 'The process serves its metrics at `port`. Nothing to do.',
  metadata_not_reached:
    'Once: a client was sent to the metadata by a challenge, and ten seconds later (or at the second challenge) no request has reached the middleware that serves it. Mount it with `app.use(metadata)`, without a path and in front of the endpoint. [library.md](library.md#check-the-wiring) says how to check.',
  notification_dropped:
    'Instances tell each other which lists and resources have changed, and a message got lost. `unreadable`: what came over the shared store could not be opened; an instance has another `STORE_KEY`, or somebody else writes to the store. `too_long`: the address of a resource is longer than other instances are told. `too_many`: so many resources changed at once that clients were told that the list of resources has changed in place of some. Once a minute at most for each `reason`.',
  openapi_reload_failed:
    'An OpenAPI `document` of an `api`, or its curation, was read again and cannot be used; `faults` says why, up to 20, and `unlogged` counts the others. The tools that were made before stay in use. Correct the document. Once for each fault and each outage, and whenever somebody asks for a reload.',
  openapi_reload_recovered:
    'A document that could not be read or used can be again. Nothing to do.',
  openapi_reloaded:
    'The tools were made again from `documents` that have changed. `added`, `removed` and `changed` name them, `addedScopes` says what the new ones need, and `scopeChanges` says what they needed before and need now: scopes of this server, `->`, scopes of the API, with `|` between alternatives. At level `warn`, with `security`, `weaker` names tools whose requirement is not provably as strong as before, and in which respect: `scopes`, `api`, `operation`, `confirm`, `public`, `fixed` (with the names of arguments whose fixed value is gone or another). A tool that came back is compared with what it was when it went. Look whether the document says what you mean.',
  operations_left_out:
    'Once for each `reason`, at the start: operations of an OpenAPI document that cannot be tools, with the first few as `examples`. `hint` says what to change for the first. `mcp-on-behalf-of tools` names all of them.',
  operations_not_offered:
    'Once for each API, at the start: operations of its document need scopes at the API that `MCP_AUTH0_EXCHANGE_SCOPE` does not let an exchange ask for, so they are no tools. `scopes` counts those scopes, `missing` names the first 20. Add the ones that you want there, or remove the setting.',
  request_ended:
    'One line for each request to the MCP endpoint that was not refused (those have `request_refused`): `method` is that of HTTP, `mcpMethod` that of the message, `tool` the called tool, `outcome` is `ok`, the code of a failure, or another outcome of [the audit](audit.md#a-record). `caller` is a pseudonym of the user: of this process alone, or by `AUDIT_PSEUDONYM_KEY`. Its level is `info` whatever became of the call: what failed has a line of its own, with the same `requestId`.',
  request_refused:
    'A request was refused before or instead of a tool: by an HTTP error (`form` is `http`), or for [clients that act on results](clients.md#clients-that-act-on-results) by the result of the tool (`form` is `result`). It also has the fields of `request_ended`. Look up `code` in [failures.md](failures.md). `requestId` is the `X-Request-Id` of the answer, so a user can tell it to you.',
  resource_unfit:
    'Once, at the start: the metadata names a `resource` that does not contain the URL of the `endpoint`, so MCP clients refuse it and nobody can sign in. `hint` says which settings to change.',
  scope_of_no_tool:
    'Once, at the start: `setting` (a setting, or in the library an option) names `scopes` that no tool of this server requires, so they allow nothing. Clients may ask for them and be refused. Correct or remove them. This is not about sign-in scopes such as `offline_access`.',
  settings_line_ignored:
    'Once for each, at the start: a line of `.env` has no effect. `problem` says why: `no_assignment`, it is no `NAME=value`; `set_twice`, a later line sets the same `name` to something else. No part of a value is logged.',
  shared_signals_stream_updated:
    'The transmitter of security events has changed the stream to `status`. A warning means that no events come any more: see at the transmitter why it was paused or disabled.',
  shared_signals_verified:
    'The transmitter has tried whether its events arrive, and they do. Nothing to do.',
  sign_out_ignored:
    'A security event was genuine and did nothing: `event_of_another_kind` (`kind` is its type), or `subject_of_no_user` (`kind` is how it names its subject: by e-mail or an opaque id, which access tokens do not have, or as a user of an issuer that is not accepted). Have the transmitter name users by issuer and subject (`iss_sub`). Once a minute for each reason; `more` counts those in between.',
  sign_out_refused:
    'A logout token or a security event was refused and did nothing; `reason` says why. Anybody can send one, so a few are no reason to worry. If sign-outs do not arrive, look for the one that meets yours: `audience` (BACKCHANNEL_LOGOUT_CLIENTS or SHARED_SIGNALS_AUDIENCE has another value), `issuer`, `signature`, `sender` (the bearer token). `repeated`: the token came before. Once a minute for each reason; `more` counts those in between.',
  sign_out_unreadable:
    "A sign-out in the shared store (`place` is `value`), or one that another instance was to be told (`message`), could not be opened, and is passed over: it signs nobody out. Single lines while `STORE_KEY` is replaced: all instances need both keys for TOKEN_LIFE_HOURS. Many: an instance has another key, so the instances do not hear of each other's sign-outs, or somebody else writes into the store. Once a minute; `more` counts those in between.",
  step_up_loop:
    'A client came back with another token that still lacks the scopes it was asked to get. The user is stuck. Compare `asked` and `granted`: the client may not ask for the scopes, the authorization server may not grant them to it, or the user may lack the permission.',
  stop_failed:
    'The process could not end its connections in order. It ends all the same; see `err`.',
  stopping:
    'SIGTERM or SIGINT came. The server still accepts requests for `DRAIN_DELAY_SECONDS`; then running calls may end. Nothing to do.',
  tool_not_declared:
    'Once an hour for each name, up to a hundred names: a client called a tool that `tools` does not name, and was refused. If your server has the tool, declare it; the usual reason is a misspelt name. Otherwise the client invented the name.',
  shared_token_unreadable:
    'An exchanged token in the shared store could not be opened. It is forgotten, and the exchange takes place. Single lines while `STORE_KEY` is replaced: all instances need both keys meanwhile. Many: an instance has another key, or somebody changes what lies in the store.',
  store_accepts: 'The shared store takes new values again. Nothing to do.',
  store_available:
    'The shared store can be had: at the start, and again after each `store_unavailable`. Nothing to do.',
  store_refuses:
    'The shared store answers with an error, because its memory is full or because its user lacks a permission; `err` says which, and `hint` what to change. Once for each reason, until `store_accepts`. What needed it goes on as while the store cannot be had; all else uses the store as before.',
  store_unavailable:
    'The shared store does not answer, or cannot be reached; `err` says why, and `hint` what to change where the store says it. Once, until `store_available`; and once more where the store says only to a later try why it lets nobody in. Calls go on: each instance exchanges tokens itself and has its part of the limits. Requests with a DPoP proof, and answers of users to a question, are refused unless `STORE_OUTAGE=local`. Bring the store back: it is used again by itself.',
  store_value_ignored:
    'A value in the shared store cannot be one of ours: it is of another type (`other_type`), or far too long (`too_long`). It counts as absent. At most once a minute. Somebody else writes to the store, or another program has the same `STORE_PREFIX`: find out who, and give this deployment a user and a prefix of its own.',
  token_cache_failed:
    'The token cache failed at `operation`; the exchange was made without it. This must not happen with the cache in memory. If you have a cache of your own, check whether it is available.',
  token_exchanged:
    'A call has a token for the API: which user, through which client and which services, for which API, with which scopes. Also written when the token came out of the cache. The record of the whole call, with its outcome, is that of the [audit](audit.md).',
  tool_not_offered:
    'Once for each, at the start: the `tool` needs `missing` at the API, and `MCP_AUTH0_EXCHANGE_SCOPE` does not let an exchange ask for it. The tool is not listed and cannot be called. Add the scopes there, or remove the setting.',
  tool_failed:
    'A tool answered with an error. Look up `code` in [failures.md](failures.md). `reference` is in the text that the user saw, where the failure has one. `requestId` is the `X-Request-Id` of the answer; `rpcId` is the id that the client gave its JSON-RPC message. An error in the code of the tool (`internal_error`) has its `stack`.',
  tools_listed:
    'Once, at the start, with an OpenAPI document: how many `tools` a client sees (`listed`) that has signed in with the baseline `scopes`, and how many it may call (`callable`); the others need a step-up. A warning means that it sees none and so can never step up: set `LOCKED_TOOLS=show`, or add scopes to `MCP_BASELINE_SCOPES`.',
  unknown_setting:
    'Once for each, at the start: `.env` has a `name` that is no setting of this server, so it has no effect. `nearest` is the setting with the most similar name. Correct or remove it.',
  user_signed_out:
    'A user or a session was signed out (`scope`), as `source` says, by tokens that were issued until `cutoff`. `keys` stands for who it is: refused calls with `signed_out` have one of them as `key`. A warning with `isShared` false means that the store could not be reached: this instance knows, and tells the others when the store is back; the sender was told to send it again.',
}
