import { z } from 'zod'
import { authenticationNow } from '../exchange/client-issues.js'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import { issuerApartFrom } from '../identity/issuer-hosts.js'
import {
  IDENTITY_PROVIDER_NAMES,
  type IdentityProvider,
} from '../identity-providers/identity-provider.js'
import {
  chooseProvider,
  exchangeIssuerIssue,
  identityProviderOf,
} from '../identity-providers/identity-providers.js'
import type { Issue } from '../options/with-issues.js'
import { publicToolIssues } from '../tools/public-tools.js'

const EXCHANGE = z.object({
  issuer: z.string().optional().catch(undefined),
  expectedAudiences: z.array(z.unknown()).optional().catch(undefined),
})

/** As much of the options as is sound, to look at them together. */
const SOUND = z.object({
  endpoint: z.instanceof(URL).optional().catch(undefined),
  resource: z.string().optional().catch(undefined),
  tokenAudience: z.string().optional().catch(undefined),
  toleratedAudiences: z.array(z.unknown()).catch([]).optional(),
  issuer: z.union([z.string().transform((one) => [one]), z.array(z.string())]).catch([]),
  identityProvider: z.enum(IDENTITY_PROVIDER_NAMES).optional().catch(undefined),
  allowedTenants: z.array(z.string()).catch([]).optional(),
  metadataUrl: z.string().optional().catch(undefined),
  jwksUrl: z.string().optional().catch(undefined),
  apis: z
    .record(
      z.string(),
      z
        .object({
          audience: z.unknown().optional(),
          baseUrl: z.unknown().optional(),
          exchange: EXCHANGE.optional().catch(undefined),
        })
        .catch({}),
    )
    .catch({}),
  tools: z
    .array(
      z
        .object({
          name: z.string().optional().catch(undefined),
          public: z.boolean().optional().catch(undefined),
          requiredScopes: z.array(z.string()).optional().catch(undefined),
          downstream: z.looseObject({ api: z.string() }).optional().catch(undefined),
          alternatives: z.array(z.any()).optional().catch(undefined),
          confirm: z.unknown().optional(),
        })
        .catch({}),
    )
    .catch([]),
  exchange: z.object({ issuer: z.string().optional() }).optional().catch(undefined),
  client: z
    .object({
      id: z.string().optional().catch(undefined),
      secret: z.unknown().optional(),
      authentication: z.unknown().optional(),
    })
    .catch({}),
  access: z
    .object({
      permissionClients: z.array(z.unknown()).catch([]).optional(),
      publicTools: z.array(z.string()).optional().catch(undefined),
      authorizationClaims: z.unknown().optional(),
    })
    .catch({})
    .optional(),
  callerPolicy: z
    .object({ dangerouslyAllowMachineTokens: z.unknown().optional() })
    .catch({})
    .optional(),
  dangerouslyShareClientSecret: z.unknown().optional(),
  dangerouslyAllowHttp: z.unknown().optional(),
})

/** What is wrong with options that may each be right alone. */
export function issuesTogether(options: unknown): readonly Issue[] {
  const sound = SOUND.safeParse(options).data
  if (sound === undefined) return []
  return [
    ...toolIssues(sound),
    ...publicIssues(sound),
    ...audienceIssues(sound),
    ...plainHttpIssues(sound),
    ...sharedSecretIssues(sound),
    ...tenantIssues(sound),
    ...permissionClientIssues(sound),
  ]
}

/** The permissions of a user decide for these clients: they have to be read, and there has to be a user. */
function permissionClientIssues({
  access,
  callerPolicy,
}: z.output<typeof SOUND>): readonly Issue[] {
  if ((access?.permissionClients ?? []).length === 0) return []
  const path = ['access', 'permissionClients']
  return [
    ...(access?.authorizationClaims === 'scope'
      ? [{ path, message: "needs permissions, which authorizationClaims: 'scope' leaves unread" }]
      : []),
    ...(callerPolicy?.dangerouslyAllowMachineTokens === true
      ? [
          {
            path,
            message:
              'goes by the permissions of users: leave it out, or callerPolicy.dangerouslyAllowMachineTokens',
          },
        ]
      : []),
  ]
}

function toolIssues({ tools, apis }: z.output<typeof SOUND>): readonly Issue[] {
  const known = Object.keys(apis)
  return tools.flatMap(({ downstream }, index) => {
    if (downstream === undefined || known.includes(downstream.api)) return []
    const message = `"${downstream.api}" is none of the apis (${known.join(', ')})`
    return [{ path: ['tools', index, 'downstream', 'api'], message }]
  })
}

function publicIssues({ access, tools }: z.output<typeof SOUND>): readonly Issue[] {
  return publicToolIssues(access?.publicTools ?? [], tools).map(({ path, message }) => ({
    path: ['access', 'publicTools', ...path],
    message,
  }))
}

function audienceIssues(sound: z.output<typeof SOUND>): readonly Issue[] {
  const { endpoint, resource = endpoint?.href, tokenAudience, toleratedAudiences = [] } = sound
  const { ownAudience, targetFor } = providerOf(sound)
  const { id: clientId } = sound.client
  const named =
    resource === undefined || clientId === undefined
      ? undefined
      : ownAudience?.({ clientId, resource })
  const own = new Set<unknown>([resource, tokenAudience ?? named, ...toleratedAudiences])
  own.delete(undefined)
  return Object.entries(sound.apis).flatMap(([name, { audience, exchange }]) => {
    const derived = typeof audience === 'string' ? targetFor?.(audience).expectedAudiences : []
    const expected = exchange?.expectedAudiences ?? derived ?? []
    return [
      ...(own.has(audience) ? [['audience']] : []),
      ...(expected.some((one) => own.has(one)) ? [['exchange', 'expectedAudiences']] : []),
    ].map((path) => ({
      path: ['apis', name, ...path],
      message: "is this server's own or tolerated here: a token must not be good for both",
    }))
  })
}

function sharedSecretIssues(sound: z.output<typeof SOUND>): readonly Issue[] {
  const { secret = authenticationNow(sound.client.authentication)?.['secret'] } = sound.client
  if (sound.dangerouslyShareClientSecret === true || secret === undefined) return []
  const [first, ...others] = sound.issuer
  const forAll = sound.exchange?.issuer
  const primary = forAll ?? first
  if (primary === undefined) return []
  // Where one is set for all exchanges, they take place nowhere else.
  const apart = forAll === undefined ? issuerApartFrom(primary, others) : undefined
  return [
    ...(apart === undefined ? [] : [sharedSecret(['issuer'], apart)]),
    ...Object.entries(sound.apis).flatMap(([name, { exchange }]) => {
      const ofApi = issuerApartFrom(
        primary,
        exchange?.issuer === undefined ? [] : [exchange.issuer],
      )
      return ofApi === undefined ? [] : [sharedSecret(['apis', name, 'exchange', 'issuer'], ofApi)]
    }),
  ]
}

function sharedSecret(path: readonly string[], apart: string): Issue {
  const message = `"${apart}" would be sent the client's secret, which is that of another host. Use a private key, or set dangerouslyShareClientSecret, if all issuers are domains of one tenant`
  return { path, message }
}

function providerOf({
  identityProvider,
  issuer,
}: Pick<z.output<typeof SOUND>, 'identityProvider' | 'issuer'>): IdentityProvider {
  return chooseProvider(identityProvider, identityProviderOf(issuer[0] ?? '')).provider
}

/** What is wrong with issuers and tenants at this identity provider. */
function tenantIssues({
  issuer,
  identityProvider,
  allowedTenants = [],
  exchange,
  apis,
}: z.output<typeof SOUND>): readonly Issue[] {
  const { isTenant, issuerIssue, title } = providerOf({ identityProvider, issuer })
  const ofIssuers = issuer.flatMap((one) => (URL.canParse(one) ? (issuerIssue?.(one) ?? []) : []))
  const places: readonly (readonly [path: readonly string[], issuer: string | undefined])[] = [
    [['exchange', 'issuer'], exchange?.issuer],
    ...Object.entries(apis).map(
      ([name, api]) => [['apis', name, 'exchange', 'issuer'], api.exchange?.issuer] as const,
    ),
  ]
  const strange = allowedTenants.filter((tenant) => isTenant?.(tenant) !== true)
  return [
    ...ofIssuers.map((message) => ({ path: ['issuer'], message })),
    ...places.flatMap(([path, place]) => exchangePlaceIssue(path, place, allowedTenants)),
    ...strange.map((tenant) => ({
      path: ['allowedTenants'],
      message:
        isTenant === undefined
          ? `is for identity providers with tenants, and this is ${title}`
          : `must be ids of tenants, as they stand in the token: "${tenant}" is none`,
    })),
  ]
}

function exchangePlaceIssue(
  path: readonly string[],
  issuer: string | undefined,
  allowedTenants: readonly string[],
): readonly Issue[] {
  if (issuer === undefined) return []
  if (!URL.canParse(issuer)) return [{ path, message: 'must be a URL' }]
  const message = exchangeIssuerIssue(issuer, allowedTenants, ONE_PLACE)
  return message === undefined ? [] : [{ path, message }]
}

const ONE_PLACE =
  'is set together with allowedTenants, and tokens of one tenant cannot be exchanged at another: leave it out'

function plainHttpIssues(sound: z.output<typeof SOUND>): readonly Issue[] {
  if (sound.dangerouslyAllowHttp === true) return []
  const urls: readonly (readonly [path: readonly string[], value: unknown])[] = [
    [['endpoint'], sound.endpoint],
    ...sound.issuer.map((one) => [['issuer'], urlOf(one)] as const),
    [['exchange', 'issuer'], urlOf(sound.exchange?.issuer)],
    [['metadataUrl'], urlOf(sound.metadataUrl)],
    [['jwksUrl'], urlOf(sound.jwksUrl)],
    ...Object.entries(sound.apis).map(
      ([name, { baseUrl }]) => [['apis', name, 'baseUrl'], baseUrl] as const,
    ),
    ...Object.entries(sound.apis).map(
      ([name, { exchange }]) =>
        [['apis', name, 'exchange', 'issuer'], urlOf(exchange?.issuer)] as const,
    ),
  ]
  return urls
    .filter(([, value]) => value instanceof URL && !isHttpsOrLoopback(value))
    .map(([path]) => ({
      path,
      message: 'must be https: over http, tokens would travel unencrypted',
    }))
}

function urlOf(text: string | undefined): URL | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined
}
