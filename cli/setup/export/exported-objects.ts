import type { Blueprint } from '../blueprint.js'
import { nothingFound } from '../found.js'
import { namesOf, unmarked } from '../marks.js'
import { actionBody } from '../steps/action-body.js'
import { protectedApiPlan, serverPlan } from '../steps/api-plans.js'
import { clientForm } from '../steps/client-form.js'
import { pageClientForm } from '../steps/page-client-form.js'
import { described, type ResourceServerPlan } from '../steps/resource-server-steps.js'
import { wantedFields } from '../steps/tenant-settings-step.js'
import { customTokenExchangeAction } from '../custom-token-exchange-action.js'

export interface ExportedApi {
  readonly identifier: string
  readonly scopes: readonly string[]
  /** The same with their descriptions. */
  readonly described: readonly { readonly value: string; readonly description: string }[]
  /** The other members, as the Management API names them. */
  readonly members: Readonly<Record<string, unknown>>
}

export interface ExportedAction {
  readonly name: string
  readonly code: string
  readonly runtime: string
  readonly dependencies: readonly { readonly name: string; readonly version: string }[]
  readonly triggers: readonly { readonly id: string; readonly version: string }[]
  /** Not secret, any of them. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
  readonly profile: { readonly name: string; readonly subjectTokenType: string }
}

/** What a set-up creates on a tenant that has nothing, in the words of the Management API. */
export interface ExportedObjects {
  readonly settings: Readonly<Record<string, string | boolean>>
  /** Whether anybody may register a client: a flag of the tenant. */
  readonly registration: boolean
  readonly server: ExportedApi
  readonly api: ExportedApi
  readonly client: Readonly<Record<string, unknown>>
  /** As which people sign in on the confirmation page. */
  readonly pageClient: Readonly<Record<string, unknown>> | undefined
  /** Whether MCP clients that nobody has registered get in. */
  readonly forThirdParties: boolean
  readonly action: ExportedAction | undefined
  readonly roleDescription: string
}

/**
 * Derives the objects of a set-up from its blueprint, from what the steps of `setup` themselves write. `clientId` stands
 * for the id of the exchanging client, which is not known yet.
 *
 * Nothing has the mark of setup: another tool creates these objects, so `setup --remove` leaves them alone.
 */
export function exportedObjects(blueprint: Blueprint, clientId: string): ExportedObjects {
  const { clientsBy, confirmationPage, server } = blueprint
  const registration = clientsBy.has('registration')
  return {
    settings: Object.fromEntries(wantedFields(clientsBy, registration)),
    registration,
    server: apiOf(serverPlan(blueprint, nothingFound())),
    api: apiOf(protectedApiPlan(blueprint, nothingFound())),
    client: clientForm(blueprint).body,
    pageClient: confirmationPage === undefined ? undefined : pageClientForm(blueprint).body,
    forThirdParties: clientsBy.size > 0,
    action: actionOf(blueprint, clientId),
    roleDescription: unmarked(namesOf(server.identifier).roleDescription),
  }
}

function apiOf(plan: ResourceServerPlan): ExportedApi {
  const { identifier, scopes, created } = plan
  const { name, ...members } = created
  return {
    ...{ identifier, scopes, described: scopes.map((value) => described(value, plan)) },
    members: { name: unmarked(String(name)), ...members },
  }
}

function actionOf(blueprint: Blueprint, clientId: string): ExportedAction | undefined {
  const { profile, server } = blueprint
  if (profile.kind === 'on-behalf-of') return undefined
  const names = namesOf(server.identifier)
  // Without the fingerprint of the settings: only setup compares it.
  const { code, triggers } = customTokenExchangeAction()
  const { runtime, dependencies, secrets } = actionBody(blueprint, clientId)
  return {
    ...{ code, triggers, runtime, dependencies, secrets },
    name: unmarked(names.action),
    profile: { name: unmarked(names.profile), subjectTokenType: profile.subjectTokenType },
  }
}
