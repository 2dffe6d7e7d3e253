import { z } from 'zod'
import { isHttpsOrLoopback } from '../http/secure-url.js'
import { issuerApartFrom } from '../identity/issuer-hosts.js'
import type { Issue } from '../options/with-issues.js'

/** As much of the options as is sound, to look at them together. */
const SOUND = z.object({
  endpoint: z.instanceof(URL).optional().catch(undefined),
  resource: z.string().optional().catch(undefined),
  tokenAudience: z.string().optional().catch(undefined),
  toleratedAudiences: z.array(z.unknown()).catch([]).optional(),
  issuer: z.union([z.string().transform((one) => [one]), z.array(z.string())]).catch([]),
  metadataUrl: z.string().optional().catch(undefined),
  jwksUrl: z.string().optional().catch(undefined),
  apis: z
    .record(
      z.string(),
      z.object({ audience: z.unknown().optional(), baseUrl: z.unknown().optional() }).catch({}),
    )
    .catch({}),
  tools: z
    .array(z.object({ downstream: z.object({ api: z.string() }).optional() }).catch({}))
    .catch([]),
  exchange: z.object({ issuer: z.string().optional() }).optional().catch(undefined),
  client: z.object({ secret: z.unknown().optional() }).catch({}),
  dangerouslyShareClientSecret: z.unknown().optional(),
  dangerouslyAllowHttp: z.unknown().optional(),
})

/** What is wrong with options that may each be right alone. */
export function issuesTogether(options: unknown): readonly Issue[] {
  const sound = SOUND.safeParse(options).data
  if (sound === undefined) return []
  return [
    ...toolIssues(sound),
    ...audienceIssues(sound),
    ...plainHttpIssues(sound),
    ...sharedSecretIssues(sound),
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

function audienceIssues(sound: z.output<typeof SOUND>): readonly Issue[] {
  const { endpoint, resource = endpoint?.href, tokenAudience, toleratedAudiences = [] } = sound
  const own = new Set<unknown>([resource, tokenAudience, ...toleratedAudiences])
  return Object.entries(sound.apis)
    .filter(([, { audience }]) => audience !== undefined && own.has(audience))
    .map(([name]) => ({
      path: ['apis', name, 'audience'],
      message: "is this server's own or tolerated here: a token must not be good for both",
    }))
}

function sharedSecretIssues(sound: z.output<typeof SOUND>): readonly Issue[] {
  const [primary, ...others] = sound.issuer
  if (sound.dangerouslyShareClientSecret === true || sound.client.secret === undefined) return []
  // All exchanges take place at that issuer.
  if (sound.exchange?.issuer !== undefined) return []
  const apart = primary === undefined ? undefined : issuerApartFrom(primary, others)
  if (apart === undefined) return []
  const message = `"${apart}" would be sent the client's secret, which is that of another host. Use a private key, or set dangerouslyShareClientSecret, if all issuers are domains of one tenant`
  return [{ path: ['issuer'], message }]
}

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
