/** What each log event wants an operator to do. Markdown; the names are those that the source writes. */
export const LOG_EVENT_ADVICE: Readonly<Record<string, string>> = {
  api_call_failed:
    'A call of the API by a tool failed. Where you use the library, this is the line about what goes wrong inside your handlers; the standalone server writes it at level debug, since `tool_failed` says the same. `path` has names in place of the values; `reason`, `problem` and `hint` say what it was, `paths` where an answer does not fit the schema.',
  cache_owner_mismatch:
    "A cached token was about to reach another user than its owner, and did not: it was thrown away. Must never be seen with the cache in memory. Wake somebody up; with a cache of your own behind `createMemoryTokenCache`'s interface, take it out of service first.",
  endpoint_path_differs:
    'Once: a request came to another path than that of `endpoint`. Clients look for the metadata of `endpoint`, so they do not find where to sign in. Correct the one or the other. With a proxy in front that changes the path, all is well.',
  exchange_failed:
    'A token exchange did not give a usable token; the tool was answered with the failure. `api` and `audience` say for which API. Look up `code` in [failures.md](failures.md); where there is a `hint`, it says what to check.',
  exchange_retried:
    'The first try did not reach the authorization server, or met it broken, and a second one is made. Single ones are noise; many announce an outage.',
  exchange_scope_exceeded:
    'A token for the API may do more than was asked for: `excess` names the scopes. It is used, since the API decides by it. Take default scopes of the API from the client of this server at the authorization server. Sign-in scopes do not count.',
  exchange_scopes_ignored:
    'Once, at the start: `MCP_AUTH0_EXCHANGE_SCOPE` names sign-in scopes. They mean nothing in an exchange. Remove them.',
  http_rejected:
    'A request was refused before any route saw it. `headers_too_large` (431): all its headers together are larger than 32 KiB, mostly by an access token with many claims; have the authorization server put less into it. At level debug: `request_timeout` (408) and `not_http` (400). Of each reason ten lines a minute are written; `unlogged` counts those left out before this one.',
  issuer_document_unavailable:
    "The issuer's metadata or keys could not be fetched. Copies at hand go on serving for `KEYS_STALE_HOURS`, so there is time; find out why before it is over. `reason`, `url`, `status` and `why` say what happened: `why` is the innermost cause, a certificate or a refused connection for example. A redirect has its target in `location`; redirects are not followed, so set `ISSUER_METADATA_URL` or `JWKS_URL` to the address of the document itself.",
  listening: 'The process accepts requests. Nothing to do.',
  mcp_error:
    'The MCP SDK met a message or a connection that it could not handle, mostly a client that went away or broke the protocol. Look into it if there are many of one kind.',
  metadata_not_reached:
    'Once: clients were sent to the metadata, and no request has reached the middleware that answers it. Mount it by `app.use(metadata)`, in front of the endpoint. [library.md](library.md) says how to check.',
  request_refused:
    'A request was answered with an HTTP error before or instead of a tool. Look up `code` in [failures.md](failures.md). `requestId` is the `X-Request-Id` of the answer, so a user can tell it to you.',
  resource_unfit:
    'Once, at the start: the metadata names a `resource` that does not contain the URL of the `endpoint`, so MCP clients refuse it and nobody can sign in. `hint` says which settings to change.',
  scope_of_no_tool:
    'Once, at the start: `setting` names `scopes` that no tool of this server requires, so they open nothing; clients may ask for them and be refused. Correct or remove them. Sign-in scopes such as `offline_access` are not meant.',
  settings_line_ignored:
    'Once for each, at the start: a line of `.env` does nothing. `problem` says why: `no_assignment`, it is no `NAME=value`; `set_twice`, a later line sets the same `name` to something else. No part of a value is logged.',
  step_up_loop:
    'A client came back with another token that still lacks the scopes it was asked to get. The user is stuck. Compare `asked` and `granted`: the client may not ask for the scopes, the authorization server may not grant them to it, or the user may lack the permission.',
  stop_failed:
    'The process could not end its connections in order. It ends all the same; see `err`.',
  stopping:
    'SIGTERM or SIGINT came. The server accepts for `DRAIN_DELAY_SECONDS` yet; then calls under way may end first. Nothing to do.',
  tool_not_declared:
    'Once an hour for each name, up to a hundred names: a client called a tool that `tools` does not name, and was refused. If your server has the tool, declare it: a misspelt name is the usual reason. Else a client made the name up.',
  token_cache_failed:
    'The token cache failed at `operation`; the exchange was made without it. With the cache in memory this must not be seen; with one of your own, see whether it is up.',
  token_exchanged:
    'The audit line of a call that may reach the API: which user, through which client and which services, for which API, with which scopes. Also written when the token came out of the cache. Keep it as long as your rules ask for.',
  tool_not_offered:
    'Once for each, at the start: the `tool` needs `missing` at the API, and `MCP_AUTH0_EXCHANGE_SCOPE` does not let an exchange ask for it. The tool is not listed and cannot be called. Add the scopes there, or remove the setting.',
  tool_failed:
    'A tool answered with an error. Look up `code` in [failures.md](failures.md). `reference` is in the text that the user saw, where the failure has one. `requestId` is the `X-Request-Id` of the answer, `rpcId` the id that the client gave its JSON-RPC message. A fault in the program of the tool (`internal_error`) has its `stack`.',
  unknown_setting:
    'Once for each, at the start: `.env` holds a `name` that is no setting of this server, so it does nothing. `nearest` is the setting that was meant, as far as the spelling tells. Correct or remove it.',
}
