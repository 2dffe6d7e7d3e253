import type { DownstreamApi } from '../downstream/downstream-client.js'
import type { EdgePolicy } from '../limits/http-limits.js'
import type { ClientAuthentication } from '../exchange/client-authentication.js'
import type { DelegationPolicy } from '../exchange/delegation-policy.js'
import type { ProtectExchangeOptions } from '../exchange/exchange-pipeline.js'
import type { TokenExchanger } from '../exchange/token-exchanger.js'
import type { CallerPolicy } from '../identity/caller.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Log } from '../logging/log.js'
import type { MetadataLocation } from '../http/protected-resource-metadata.js'
import type { AccessPolicy } from '../tools/access.js'
import type { ToolRequirements } from '../tools/tool.js'

/** What `onBehalfOf` needs to know: where the endpoint is, whom to trust, which APIs and tools there are. */
export interface OnBehalfOfOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  /** This server's resource identifier: what clients ask for, by `resource`. Default: the endpoint. */
  readonly resource?: string
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
  /**
   * Where challenges say that the protected-resource metadata is: at the root of the host (`host`, the default), or
   * below the path that the endpoint is under (`path`), for a proxy that passes on that path alone.
   */
  readonly metadataLocation?: MetadataLocation | undefined
  /** Whose users may call, byte for byte as in `iss`; several for the custom domains of one tenant. */
  readonly issuer: string | readonly string[]
  /** Where the metadata of the (first) issuer is, if not where the specifications say. It must name the issuer all the same. */
  readonly metadataUrl?: string | undefined
  /** Where the keys of the (first) issuer are, in place of the `jwks_uri` of its metadata. */
  readonly jwksUrl?: string | undefined
  /** Our client at the authorization server, and how it proves to be us: itself, or by an adapter. */
  readonly client: { readonly id: string } & (
    ClientAuthentication | { readonly exchanger: TokenExchanger }
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
  /** What a client is told to ask for at sign-in: few. More is asked for when a tool needs it. */
  readonly baselineScopes: readonly string[]
  /** Default: none. */
  readonly log?: Log
  readonly access?: AccessPolicy
  readonly callerPolicy?: Omit<CallerPolicy, 'ignorePermissions'>
  readonly delegation?: DelegationPolicy
  /** Behind a proxy, set `trust proxy` of your app too: the limit by address counts what Express takes for it. */
  readonly edge?: Partial<Omit<EdgePolicy, 'trustProxy'>>
  readonly exchange?: Pick<ProtectExchangeOptions, 'cache' | 'caching' | 'resilience'> & {
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
    readonly checks?: Pick<
      NonNullable<ProtectExchangeOptions['checks']>,
      'requireActor' | 'dangerouslyAllowOpaqueTokens' | 'dangerouslyAllowUnboundDowngrade'
    >
    /** Set for a custom profile: the subject token type. */
    readonly subjectTokenType?: string
    /** Tells the authorization server the user's address. Default false. */
    readonly forwardClientAddress?: boolean
  }
  readonly apiCalls?: {
    /** Calls the APIs. Default: the global `fetch`. */
    readonly fetch?: Fetch
    /** For one call, waiting for its turn included. Default 10000. */
    readonly timeoutMs?: number
    /** Calls of one API under way at a time; further calls wait, users taking turns. Default 64. */
    readonly maxConcurrentCalls?: number | undefined
    /** Those of one user, through all clients together. Default: a quarter of `maxConcurrentCalls`. */
    readonly maxConcurrentCallsPerUser?: number | undefined
    /** The largest answer that is read. Default 1 MiB. */
    readonly maxBytes?: number
  }
  /** Reaches the authorization server; presents the certificate for mutual TLS. Default: the global `fetch`. */
  readonly fetch?: Fetch
  /**
   * Sends `client.secret` to issuers of several hosts: whoever runs one of them can then be this client at the others.
   * For the domains of one tenant only. Not needed with a private key or a certificate. Default false.
   */
  readonly dangerouslyShareClientSecret?: boolean | undefined
  /** Accepts plain http beyond this machine, the issuer's endpoints included, for closed test networks. Default false. */
  readonly dangerouslyAllowHttp?: boolean
}

/** What the edge does unless it is told otherwise. */
export const EDGE_DEFAULTS: Omit<EdgePolicy, 'trustProxy'> = {
  hosts: [],
  origins: [],
  perAddressPerMinute: 600,
  perCallerPerMinute: 300,
  perCallerBytesPerMinute: 8 * 1024 * 1024,
  perCallerAtOnce: 64,
  maxBodyBytes: 256 * 1024,
}
