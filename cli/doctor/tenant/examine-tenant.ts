import { createToolAccess, createToolRegistry } from '../../../src/index.js'
import { unionScopes } from '../../../src/scopes.js'
import { alternativesOf } from '../../../src/tools/alternatives.js'
import type { GuardedIo } from '../../guarded-output.js'
import { printable } from '../../printable.js'
import { createManagementApi, type ManagementApi } from '../../setup/management-api.js'
import { managementToken } from '../../setup/management-token.js'
import { TENANT_SETTINGS_PATH } from '../../setup/objects/tenant-settings.js'
import { SetupError } from '../../setup/setup-error.js'
import type { Deployment } from '../deployment.js'
import type { Diagnosis } from '../diagnosis.js'
import type { ScopeComparison } from '../scopes/scope-comparison.js'
import { compareWithTenant } from './scopes-of-tenant.js'
import { ok, wrong } from '../finding.js'
import { connectionCheck } from './connection-check.js'
import { confirmationClientCheck } from './confirmation-client-check.js'
import { checkExchangeRate, type Plan } from './exchange-rate-check.js'
import { exchangingClientCheck } from './exchanging-client-check.js'
import { clientGrantCheck, thirdPartyGrantCheck } from './grants-check.js'
import { profileCheck } from './profile-check.js'
import { protectedApiCheck } from './protected-api-check.js'
import { rolesCheck } from './roles-check.js'
import { serverApiCheck } from './server-api-check.js'
import { registrationCheck, settingsCheck } from './settings-check.js'
import { makeTenantCheck, type NeededScopes, type TenantCheck } from './tenant-check.js'

/** How the tenant can be looked at. */
export interface TenantAccess {
  /** A file with a Management API token; `undefined`: it is among the variables, or there is none. */
  readonly tokenFile: string | undefined
  /** The tenant's own domain, where tokens name a custom one. */
  readonly domain: string | undefined
  /** The tenant's plan at Auth0, which its Management API does not tell. */
  readonly plan: Plan | undefined
}

/** Where it is told what the tenant has. */
interface TenantExamination {
  readonly diagnosis: Diagnosis
  readonly io: GuardedIo
  readonly comparison: ScopeComparison
}

const VARIABLES = [
  'AUTH0_MANAGEMENT_TOKEN',
  'AUTH0_MANAGEMENT_TOKEN_FILE',
  'AUTH0_MANAGEMENT_CLIENT_ID',
]

const CHECKS: readonly TenantCheck[] = [
  settingsCheck,
  registrationCheck,
  connectionCheck,
  serverApiCheck,
  protectedApiCheck,
  exchangingClientCheck,
  confirmationClientCheck,
  clientGrantCheck,
  thirdPartyGrantCheck,
  rolesCheck,
  profileCheck,
]

/**
 * Looks at the objects of an Auth0 tenant that the deployment depends on, where there is access to its Management API.
 *
 * Only reads. What is wrong here explains what fails later, so it comes first.
 */
export async function examineTenant(
  access: TenantAccess,
  deployment: Deployment,
  { diagnosis, io, comparison }: TenantExamination,
): Promise<void> {
  const { config, tools } = deployment
  if (access.plan !== undefined) diagnosis.tell(checkExchangeRate(deployment, access.plan))
  const given = access.tokenFile !== undefined || VARIABLES.some((name) => isSet(io, name))
  if (!given || !diagnosis.canMake('tenant.access')) return
  const api = await openTenant(access, deployment, { diagnosis, io })
  if (api === undefined) return
  const view = { api, config, tools, needed: neededScopes(deployment) }
  for (const check of CHECKS) await makeTenantCheck(check, view, diagnosis)
  await compareWithTenant(view, comparison)
}

function isSet({ environment }: GuardedIo, name: string): boolean {
  return (environment[name] ?? '').trim() !== ''
}

/** The Management API with a token that it takes; tells why there is none. */
async function openTenant(
  { tokenFile, domain }: TenantAccess,
  { config, fetch, clock }: Deployment,
  { diagnosis, io }: { readonly diagnosis: Diagnosis; readonly io: GuardedIo },
): Promise<ManagementApi | undefined> {
  const origin = domain === undefined ? new URL(config.issuer.primary).origin : `https://${domain}`
  const reach = { origin, fetch, clock, wait: io.wait }
  try {
    const token = await managementToken(io, reach, { tokenFile, tokenStdin: false })
    const api = readingOnce(createManagementApi(reach, token))
    await api.get(TENANT_SETTINGS_PATH)
    diagnosis.tell(ok('tenant.access', `The Management API of ${origin} can be read.`))
    return api
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    diagnosis.tell(wrong('tenant.access', printable(error.message), error.hint))
    return undefined
  }
}

/** The checks look at the same objects, and a tenant may allow two requests a second. */
function readingOnce(api: ManagementApi): ManagementApi {
  const answers = new Map<string, Promise<unknown>>()
  return {
    ...api,
    get(path, query) {
      const key = JSON.stringify([path, query])
      const answer = answers.get(key) ?? api.get(path, query)
      answers.set(key, answer)
      return answer
    },
  }
}

function neededScopes({ config, tools }: Deployment): NeededScopes {
  const { scopes } = createToolAccess(createToolRegistry(tools), config.access)
  const ofApi = (name: string): readonly string[] =>
    unionScopes(
      ...tools
        .filter(({ downstream }) => downstream?.api === name)
        .map((tool) => alternativesOf(tool)[0]?.api ?? []),
    )
  return {
    server: unionScopes(scopes, config.resource.baselineScopes ?? []),
    apis: new Map(Object.keys(config.apis).map((name) => [name, ofApi(name)])),
  }
}
