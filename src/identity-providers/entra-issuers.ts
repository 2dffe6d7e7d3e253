import type { IssuerFamily } from '../identity/issuer-family.js'
import { isUuid } from '../identity/is-uuid.js'
import { isBelow } from './is-below.js'

/** Where a cloud signs users in, and in whose name its tokens of version 1 are. */
const CLOUDS = [
  { login: 'login.microsoftonline.com', tokens: 'sts.windows.net' },
  { login: 'login.microsoftonline.us', tokens: 'sts.windows.net' },
  { login: 'login.partner.microsoftonline.cn', tokens: 'sts.chinacloudapi.cn' },
] as const

const isExternal = isBelow('ciamlogin.com')

/** Whether an issuer is on a host of Microsoft Entra ID. */
export function isEntraHost(issuer: URL): boolean {
  const { host } = issuer
  return CLOUDS.some(({ login, tokens }) => host === login || host === tokens) || isExternal(issuer)
}

/**
 * The issuers of the tenant that an issuer names: that of version 2, where tokens are exchanged, and that of version 1, which an
 * API chooses for itself. On another host than Microsoft's the issuer is alone. `undefined` where it names no tenant by its id.
 */
export function entraFamilyOf(issuer: string): IssuerFamily | undefined {
  const { host, pathname } = new URL(issuer)
  const tenant = pathname.split('/').find(isUuid)
  if (tenant === undefined) return undefined
  const cloud = CLOUDS.find(({ login, tokens }) => host === login || host === tokens)
  if (cloud === undefined) return { tenant, primary: issuer, members: [{ issuer }] }
  return familyAt(cloud, tenant.toLowerCase())
}

/** Entra writes its ids in lower case. */
function familyAt({ login, tokens }: (typeof CLOUDS)[number], tenant: string): IssuerFamily {
  const primary = `https://${login}/${tenant}/v2.0`
  const older = {
    issuer: `https://${tokens}/${tenant}/`,
    metadataUrl: `https://${login}/${tenant}/.well-known/openid-configuration`,
  }
  return { tenant, primary, members: [{ issuer: primary }, older] }
}

const MANY_TENANTS = new Set(['common', 'organizations', 'consumers'])

/** What is wrong with an issuer that names no tenant by its id. */
export function entraIssuerIssue(issuer: string): string | undefined {
  const family = entraFamilyOf(issuer)
  if (family !== undefined) {
    const { members, primary } = family
    const isOne = members.some((member) => member.issuer === issuer)
    return isOne ? undefined : `is no issuer of this tenant, to the letter. Write ${primary}`
  }
  const { pathname } = new URL(issuer)
  const many = pathname.split('/').find((part) => MANY_TENANTS.has(part.toLowerCase()))
  return many === undefined
    ? 'names no tenant by its id. Write the issuer as the tokens have it in `iss`, with the id of the tenant (a GUID)'
    : `names no tenant: "${many}" stands for many. Write the id of your tenant in its place, and further tenants into ALLOWED_TENANTS (option allowedTenants)`
}
