import type { GuardedIo } from '../../guarded-output.js'
import type { Blueprint } from '../blueprint.js'
import { clientIsOurs, type Found } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { namesOf } from '../marks.js'
import { THIRD_PARTIES } from '../objects/client-grant.js'
import type { Step } from '../step.js'
import { actionStep } from './action-step.js'
import { protectedApiPlan, serverPlan } from './api-plans.js'
import { assignmentStep } from './assignment-step.js'
import type { Wait } from './await-action.js'
import { clientGrantStep } from './client-grant-step.js'
import { connectionStep } from './connection-step.js'
import { enabledClientStep } from './enabled-client-step.js'
import { envFileStep, type EnvFileOptions } from './env-file-step.js'
import { exchangingClientStep } from './exchanging-client-step.js'
import { pageClientStep } from './page-client-step.js'
import { resourceServerSteps } from './resource-server-steps.js'
import { roleStep } from './role-step.js'
import { tenantSettingsStep } from './tenant-settings-step.js'
import { tokenExchangeProfileStep } from './token-exchange-profile-step.js'

export interface StepOptions {
  /** `undefined` writes no settings file. */
  readonly envFile: EnvFileOptions | undefined
  readonly keep: GuardedIo['keep']
  readonly wait: Wait
}

/**
 * Everything that is to be in line, in the order in which one thing needs another.
 *
 * The exchanging client comes before every change to what was there before, since it remembers what that was. The APIs
 * that are created come before it, since it is bound to one of them. A run that ends anywhere can be continued, and
 * removed.
 */
export function setupSteps(
  api: ManagementApi,
  blueprint: Blueprint,
  { found, envFile, keep, wait }: StepOptions & { readonly found: Found },
): readonly Step[] {
  const hasPage = blueprint.confirmationPage !== undefined
  const server = resourceServerSteps(api, serverPlan(blueprint, found))
  const protectedApi = resourceServerSteps(api, protectedApiPlan(blueprint, found))
  return [
    server.creation,
    protectedApi.creation,
    exchangingClientStep(api, blueprint, { found, keep }),
    ...(hasPage ? [pageClientStep(api, blueprint, { found, keep })] : []),
    ...(envFile === undefined ? [] : [envFileStep(blueprint, found, envFile)]),
    tenantSettingsStep(api, blueprint),
    ...(blueprint.clientsBy.size > 0 ? [connectionStep(api, blueprint)] : []),
    server.alignment,
    protectedApi.alignment,
    ...grantSteps(api, blueprint, found),
    ...customExchangeSteps(api, blueprint, { found, wait }),
    ...(hasPage ? [pageConnectionStep(api, blueprint, found)] : []),
    ...roleSteps(api, blueprint, found),
  ]
}

function grantSteps(
  api: ManagementApi,
  { server, api: protectedApi, clientsBy }: Blueprint,
  found: Found,
): readonly Step[] {
  const ofClient = clientGrantStep(api, {
    step: 'the grant of the exchanging client',
    holder: () => found.client?.clientId,
    holderName: 'the exchanging client',
    audience: protectedApi.identifier,
    scopes: protectedApi.scopes,
    isOurs: () => clientIsOurs(found) || found.protectedApiIsOurs,
    apiIsOurs: () => found.protectedApiIsOurs,
  })
  const ofThirdParties = clientGrantStep(api, {
    step: 'the grant of MCP clients',
    holder: () => THIRD_PARTIES,
    holderName: 'every third-party client',
    audience: server.identifier,
    scopes: server.scopes,
    isOurs: () => found.serverApiIsOurs,
    apiIsOurs: () => found.serverApiIsOurs,
  })
  return clientsBy.size > 0 ? [ofClient, ofThirdParties] : [ofClient]
}

function customExchangeSteps(
  api: ManagementApi,
  blueprint: Blueprint,
  { found, wait }: { readonly found: Found; readonly wait: Wait },
): readonly Step[] {
  const { profile } = blueprint
  if (profile.kind === 'on-behalf-of') return []
  const { subjectTokenType } = profile
  return [
    enabledClientStep(api, blueprint, {
      clientName: 'the exchanging client',
      client: () => found.client,
      effect: 'it may get tokens for users of this connection',
    }),
    actionStep(api, blueprint, { found, wait }),
    tokenExchangeProfileStep(api, blueprint, { subjectTokenType, found }),
  ]
}

function pageConnectionStep(api: ManagementApi, blueprint: Blueprint, found: Found): Step {
  return enabledClientStep(api, blueprint, {
    clientName: 'the client of the confirmation page',
    client: () => found.pageClient,
    effect: 'users of this connection may sign in on the page',
  })
}

function roleSteps(
  api: ManagementApi,
  { server, roles, assignments }: Blueprint,
  found: Found,
): readonly Step[] {
  const description = namesOf(server.identifier).roleDescription
  const isPlanned = (role: string): boolean => roles.some(({ name }) => name === role)
  const assigned = [...new Set(assignments.map(({ role }) => role))]
  const emailsFor = (role: string): readonly string[] =>
    assignments.filter((assignment) => assignment.role === role).map(({ email }) => email)
  return [
    ...roles.map((role) =>
      roleStep(api, role, { found, description, isAssigned: assigned.includes(role.name) }),
    ),
    ...assigned.map((role) => {
      const emails = [...new Set(emailsFor(role))]
      return assignmentStep(api, { role, emails, isPlanned: isPlanned(role), description }, found)
    }),
  ]
}
