import type { FamilyMember, IssuerFamily } from '../identity/issuer-family.js'
import type { IdentityProvider } from './identity-provider.js'

/** The issuers of a deployment, once every tenant's are known. */
export interface TenantIssuers {
  /** Whose tokens are accepted, each once, the configured ones first. */
  readonly issuers: readonly string[]
  /** Those at which clients sign in, and tokens are exchanged. */
  readonly advertised: readonly string[]
  /** The groups that belong to one tenant, each with the issuer for exchanges first. */
  readonly families: readonly (readonly string[])[]
  /** Where the metadata of single issuers is, if not where the specifications say. */
  readonly metadataUrls: Readonly<Record<string, string>>
  /** The tenant of each issuer that has one. */
  readonly tenants: Readonly<Record<string, string>>
}

/**
 * Adds to the configured issuers those under which the same tenants, and the allowed tenants, issue tokens.
 *
 * Nothing of a token goes into an issuer: every address follows from the configuration.
 */
export function issuersOfTenants(
  configured: readonly string[],
  allowedTenants: readonly string[],
  { familyOf }: Pick<IdentityProvider, 'familyOf'>,
): TenantIssuers {
  const own = configured.flatMap((issuer) => familyOf?.(issuer) ?? [])
  const merged = mergeFamilies(own)
  const [first] = merged
  const others =
    first === undefined ? [] : allowedTenants.map((id) => moved(first, id.toLowerCase()))
  const families = mergeFamilies([...merged, ...others])
  const members = families.flatMap((family) => family.members)
  const alone = configured.filter((issuer) => !members.some((member) => member.issuer === issuer))
  return {
    issuers: [...new Set([...configured, ...members.map(({ issuer }) => issuer)])],
    advertised: [...new Set([...families.map(({ primary }) => primary), ...alone])],
    families: families.map(({ members: all }) => all.map(({ issuer }) => issuer)),
    metadataUrls: Object.fromEntries(
      members.flatMap(({ issuer, metadataUrl }) =>
        metadataUrl === undefined ? [] : [[issuer, metadataUrl] as const],
      ),
    ),
    tenants: Object.fromEntries(
      families.flatMap(({ tenant, members: all }) =>
        all.map(({ issuer }) => [issuer, tenant] as const),
      ),
    ),
  }
}

/** Families of one tenant on one host are one; the first of them says where tokens are exchanged. */
function mergeFamilies(families: readonly IssuerFamily[]): readonly IssuerFamily[] {
  const merged = new Map<string, IssuerFamily>()
  for (const family of families) {
    const key = `${new URL(family.primary).origin} ${family.tenant.toLowerCase()}`
    const known = merged.get(key)
    merged.set(key, known === undefined ? family : { ...known, members: joined(known, family) })
  }
  return [...merged.values()]
}

function joined(one: IssuerFamily, other: IssuerFamily): readonly FamilyMember[] {
  const names = new Set(one.members.map(({ issuer }) => issuer))
  return [...one.members, ...other.members.filter(({ issuer }) => !names.has(issuer))]
}

/** The same issuers of another tenant. */
function moved({ tenant, primary, members }: IssuerFamily, other: string): IssuerFamily {
  const of = (url: string): string => url.replaceAll(tenant, other)
  return {
    tenant: other,
    primary: of(primary),
    members: members.map(({ issuer, metadataUrl }) => ({
      issuer: of(issuer),
      metadataUrl: metadataUrl === undefined ? undefined : of(metadataUrl),
    })),
  }
}
