import type { AuditOptions } from '../audit/audit.js'
import type { DownstreamApi } from '../downstream/downstream-client.js'
import type { ClientAuthentication } from '../exchange/client-authentication.js'
import type { ClientAuthenticationSource } from '../exchange/client-authentication-source.js'
import type { DelegationPolicy } from '../exchange/delegation-policy.js'
import type { ExchangePipelineOptions } from '../exchange/exchange-pipeline.js'
import type { MannerSettings } from '../exchange/exchange-target.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import type { Fetch } from '../http/fetch-json.js'
import type { MetadataLocation } from '../http/protected-resource-metadata.js'
import type {
  IdentityProvider,
  IdentityProviderName,
} from '../identity-providers/identity-provider.js'
import type { OwnCallerPolicy } from '../identity/caller.js'
import type { HttpLimits } from '../limits/http-limits.js'
import type { Logger } from '../logging/logger.js'
import type { Observer } from '../observability/observer.js'
import type { TraceContextPolicy } from '../observability/trace-context-policy.js'
import type { Policy } from '../policy/policy.js'
import type { Revocation } from '../revocation/revocation.js'
import type { SessionOwners } from '../sessions/session-owners.js'
import type { SharedState } from '../store/shared-state.js'
import type { AccessPolicy } from '../tools/access-policy.js'
import type { DownstreamRequirement, ToolRequirements } from '../tools/tool.js'

/**
 * What `onBehalfOf` needs to know: where the endpoint is, whom to trust, which APIs and tools there are.
 *
 * @category Start here
 */
export interface OnBehalfOfOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  /** This server's resource identifier: what clients ask for, by `resource`. Default: the endpoint. */
  readonly resource?: string | undefined
  /**
   * The audience of the tokens for this server, byte for byte, where the authorization server writes something else into `aud`
   * than `resource` (Entra: the application's id). Default: `resource`.
   */
  readonly tokenAudience?: string | undefined
  /**
   * Audiences that may stand beside ours in a token, for they accept no such token. `/userinfo` of the issuers and
   * `client.id` always may. Default: none.
   */
  readonly toleratedAudiences?: readonly string[] | undefined
  /** Allowed clock difference for `exp` and `nbf`, 0 to 60 seconds. Default 5. */
  readonly clockToleranceSeconds?: number | undefined
  /** Verified bearer tokens that are kept, so that each signature is checked once. Default 100000; 0 checks it with every request. */
  readonly verifiedTokenCacheEntries?: number | undefined
  /**
   * Where challenges say that the protected-resource metadata is: at the root of the host (`host`, the default), or
   * below the path that the endpoint is under (`path`), for a proxy that passes on that path alone.
   */
  readonly metadataLocation?: MetadataLocation | undefined
  /** Whose users may call, byte for byte as in `iss`; several for the custom domains of one tenant. */
  readonly issuer: string | readonly string[]
  /**
   * The identity provider, whose habits become the defaults of the options about claims and exchanges. Default: found from the
   * (first) issuer, else `generic`.
   */
  readonly identityProvider?: IdentityProviderName | undefined
  /** Further tenants of the identity provider whose users may call, by their ids (Entra). Default: the issuer's alone. */
  readonly allowedTenants?: readonly string[] | undefined
  /** Where the metadata of the (first) issuer is, if not where the specifications say. It must name the issuer all the same. */
  readonly metadataUrl?: string | undefined
  /** Where the keys of the (first) issuer are, in place of the `jwks_uri` of its metadata. */
  readonly jwksUrl?: string | undefined
  /** How old the issuers' keys and metadata may get while they cannot be reached. Default 24 hours. */
  readonly keysStaleMs?: number | undefined
  /** Our client at the authorization server, and how it proves to be us: itself, or by an adapter. */
  readonly client: { readonly id: string } & (
    | ClientAuthentication
    /** For a secret or key that is replaced while the server runs. */
    | { readonly authentication: ClientAuthenticationSource }
    | { readonly exchanger: TokenExchanger }
  )
  /** The protected APIs, by the names that tools declare. */
  readonly apis: Readonly<Record<string, DownstreamApi>>
  /** Which tool needs which scope, and which calls an API. Every tool stands here, also one that needs no scope. */
  readonly tools: readonly ToolRequirements[]
  /**
   * What becomes of a call of a tool that `tools` does not name. `refuse`, the default: 403, so that a slip in a name
   * opens nothing. `allow`: any signed-in user may call it.
   */
  readonly undeclaredTools?: 'refuse' | 'allow' | undefined
  /**
   * What a client is told to ask for at sign-in. Default: the scopes of all tools. Fewer are for clients that ask for more
   * when a tool needs it.
   */
  readonly baselineScopes?: readonly string[] | undefined
  /**
   * Decides about each tool call, once scopes and limits have let it through, and before its token is exchanged. What it denies,
   * what it throws at, and what it decides too late is not called. Default: scopes and limits alone decide.
   */
  readonly policy?: Policy | undefined
  /** How long `policy` may take for one call, in milliseconds. Default 2000. */
  readonly policyTimeoutMs?: number | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
  /** Records each tool call. Default: no records. */
  readonly audit?: AuditOptions | undefined
  /** Sees each request to the endpoint, each tool call, exchange and request to an API. Default: none. */
  readonly observer?: Observer | undefined
  /**
   * Whether spans `continue` the trace that a client names, with its sampling and its baggage, or begin one of their own with a
   * `link` to it. Default `link`. Without a registered OpenTelemetry SDK there are no spans, and the client's `traceparent` and
   * `tracestate` are passed on to the APIs; its baggage only with `continue`.
   */
  readonly traceContext?: TraceContextPolicy | undefined
  /** `lockedTools` is an option of `createToolAccess` alone: your MCP server lists the tools itself. */
  readonly access?:
    (Omit<AccessPolicy, 'lockedTools'> & { readonly lockedTools?: undefined }) | undefined
  readonly callerPolicy?: OwnCallerPolicy | undefined
  /**
   * Clients that get the refusal of a tool call as the result of the tool, with the challenge in `_meta["mcp/www_authenticate"]`,
   * since they do not act on HTTP errors: client ids, or `https://host/path/` for client documents below it. Replaces the
   * default; empty: none. Default: those of ChatGPT and Codex.
   */
  readonly challengeResultClients?: readonly string[] | undefined
  /**
   * Says in the results of refused tool calls whether anything helps (SEP-2643, a draft): `_meta["io.modelcontextprotocol/authorization"]`.
   * For want of a permission, every client then gets a result. Default false.
   */
  readonly structuredDenials?: boolean | undefined
  readonly delegation?: DelegationPolicy | undefined
  /**
   * The sessions of your server, if 2025 clients get any: `mcpRoute().sessions`, or a `SessionRegistry`. Then nothing is
   * exchanged for a session that is not the caller's, and a lost connection cancels nothing within one. `true`: there are
   * sessions, and your server looks after their owners itself. Default false.
   */
  readonly sessions?: boolean | SessionOwners | undefined
  /**
   * What several instances of this server share: exchanged tokens, limits a minute, `exchange.ratePerSecond`, and which DPoP proofs
   * were used. An `exchange.cache` of your own takes the place of the shared one. Default: nothing, each instance is by itself.
   */
  readonly shared?: SharedState | undefined
  /**
   * Refuses tokens of users who have signed out since (`signed_out`): by `createRevocation`, and what tells it. Give the same to
   * `mcpRoute`. Default: a token counts until it expires.
   */
  readonly revocation?: Revocation | undefined
  /** Behind a proxy, set `trust proxy` of your app too: the limit by address counts the address that Express reports. */
  readonly http?: Partial<HttpLimits> | undefined
  readonly exchange?: ExchangeSettings | undefined
  readonly apiCalls?: ApiCallOptions | undefined
  /** Reaches the authorization server. Default: pooled connections of its own. */
  readonly fetch?: Fetch | undefined
  /**
   * Sends `client.secret` to issuers of several hosts: the operator of one can then be this client at the others.
   * For the domains of one tenant only. Not needed with a private key or a certificate. Default false.
   */
  readonly dangerouslyShareClientSecret?: boolean | undefined
  /** Accepts plain http beyond this machine, the issuer's endpoints included, for closed test networks. Default false. */
  readonly dangerouslyAllowHttp?: boolean | undefined
}

/** `OnBehalfOfOptions` of a server that lists the tools as well. */
export type ListingServerOptions = Omit<OnBehalfOfOptions, 'access'> & {
  readonly access?: AccessPolicy | undefined
}

/** How tokens are exchanged, and what is checked of those that come back. */
export interface ExchangeSettings
  extends
    MannerSettings,
    Pick<
      ExchangePipelineOptions,
      'cache' | 'caching' | 'resilience' | 'timeoutMs' | 'ratePerSecond' | 'cacheEntries'
    > {
  /**
   * The issuer at which all exchanges take place and whose tokens come back. Its tokens are not accepted from clients.
   * Default: the issuer of each user's token. An `exchanger` of your own decides by itself where it exchanges.
   */
  readonly issuer?: string | undefined
  /**
   * The name of this server in `act.sub`, where the authorization server has another than `client.id`. Without it, a
   * token of another `act.sub` passes if it was issued to our client.
   */
  readonly actor?: string | undefined
  /** Refuses tokens that name no actor. Default false. */
  readonly requireActor?: boolean | undefined
  /** Accepts tokens for the API that are no JWTs, and so cannot be checked. Default false. */
  readonly dangerouslyAllowOpaqueTokens?: boolean | undefined
  /** Accepts a bearer token in exchange for one that is bound to its sender. Default false. */
  readonly dangerouslyAllowUnboundDowngrade?: boolean | undefined
  /** Reaches token endpoints; presents the certificate for mutual TLS, and nothing else should. Default: `fetch` of `onBehalfOf`. */
  readonly fetch?: Fetch | undefined
  /** How tokens are exchanged: RFC 8693, or RFC 7523 on behalf of a user. Default: as the identity provider does. */
  readonly grant?: IdentityProvider['grant'] | undefined
  /**
   * What our client says of itself to Entra ID (`xms_cc`), by RFC 7523 alone. With `['cp1']`, tokens live for up to a day, and an
   * API may refuse one by a claims challenge. Default: nothing.
   */
  readonly clientCapabilities?: readonly string[] | undefined
  /** Set for a custom profile: the subject token type. */
  readonly subjectTokenType?: string | undefined
  /** Tells the authorization server the user's address. Default false. */
  readonly forwardClientAddress?: boolean | undefined
}

/** How the APIs are called. */
export interface ApiCallOptions {
  /** Calls the APIs. Default: pooled connections of its own, as many to each API as `connections` says. */
  readonly fetch?: Fetch | undefined
  /** For one call, waiting for its turn included. Default 10000. */
  readonly timeoutMs?: number | undefined
  /** Calls of one API under way at a time; further calls wait, users taking turns. Default 64. */
  readonly connections?: number | undefined
  /** Those of one user, through all clients together. Default: a quarter of `connections`. */
  readonly concurrencyPerUser?: number | undefined
  /** The largest answer that is read. Default 1 MiB. */
  readonly maxBytes?: number | undefined
}

type ToolCalling<Name extends string> = Omit<ToolRequirements, 'downstream'> & {
  readonly downstream?: (Omit<DownstreamRequirement, 'api'> & { readonly api: Name }) | undefined
}

/**
 * `OnBehalfOfOptions` in which a tool can only declare an API that is among `apis`. Lists of tools whose type says no more
 * than that an API is named are taken as well; the names are checked at run time.
 */
export type OptionsNamingApis<Api extends string, Name extends string> = Omit<
  OnBehalfOfOptions,
  'apis' | 'tools'
> & {
  readonly apis: Readonly<Record<Api, DownstreamApi>> &
    Readonly<Record<string extends Name | Api ? never : NoInfer<Name>, DownstreamApi>>
  readonly tools: readonly ToolCalling<Name>[]
}
