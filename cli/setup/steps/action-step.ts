import type { Blueprint } from '../blueprint.js'
import { customTokenExchangeAction } from '../custom-token-exchange-action.js'
import type { Found } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { namesOf } from '../marks.js'
import { actionPath, findAction, readAction, type Action } from '../objects/action.js'
import type { Change, Inspection, Step } from '../step.js'
import { actionBody, type ActionBody } from './action-body.js'
import { builtAction, deployedAction, type Wait } from './await-action.js'
import { requireActionId, requireClient } from './require-found.js'

export interface ActionStepOptions {
  readonly found: Found
  readonly wait: Wait
}

/**
 * The Action that validates subject tokens: written, built, deployed.
 *
 * It is not bound to a trigger: the profile names it.
 */
export function actionStep(
  api: ManagementApi,
  blueprint: Blueprint,
  { found, wait }: ActionStepOptions,
): Step {
  const { action: name } = namesOf(blueprint.server.identifier)
  const body = (): ActionBody =>
    actionBody(blueprint, requireClient(found, `the Action ${name}`).clientId)
  const deployment = (): Change => deploy(api, name, { found, wait })
  return {
    name: `the Action ${name}`,
    async inspect(): Promise<Inspection> {
      const action = await findAction(api, name)
      if (action === undefined) {
        return { changes: [creation(api, { name, body, found }), deployment()] }
      }
      found.actionId = action.id
      const isWritten = found.client !== undefined && isSame(action, body())
      const isFailed = action.status === 'failed'
      if (!isWritten || isFailed) {
        return { changes: [update(api, action, { body, isFailed }), deployment()] }
      }
      return { changes: action.all_changes_deployed === true ? [] : [deployment()] }
    },
  }
}

interface Creation {
  readonly name: string
  readonly body: () => ActionBody
  readonly found: Found
}

function creation(api: ManagementApi, { name, body, found }: Creation): Change {
  const { dependencies, runtime, triggers } = customTokenExchangeAction()
  return {
    summary: `create the Action ${name}`,
    details: [
      `trigger: ${triggers.map(({ id }) => id).join(' ')}`,
      `runtime: ${runtime}, with ${dependencies.map((each) => `${each.name} ${each.version}`).join(' ')}`,
      'secrets: SUBJECT_TOKEN_AUDIENCE CLIENT_ID TARGET_AUDIENCE ALLOWED_SCOPES, from this plan',
    ],
    perform: async () => {
      const action = { ...body(), supported_triggers: triggers }
      found.actionId = readAction(await api.post('/actions/actions', action)).id
    },
  }
}

function update(
  api: ManagementApi,
  { id, name }: Action,
  { body, isFailed }: { readonly body: () => ActionBody; readonly isFailed: boolean },
): Change {
  return {
    summary: `update the Action ${name}`,
    details: [
      isFailed
        ? 'it could not be built, so it is written again'
        : 'its code, its dependencies or its settings are not those of this plan',
      'requests run the deployed version until the new one is deployed',
    ],
    perform: () => api.patch(actionPath(id), body()),
  }
}

function deploy(api: ManagementApi, name: string, { found, wait }: ActionStepOptions): Change {
  return {
    summary: `deploy the Action ${name}`,
    details: ['as soon as Auth0 has built it'],
    perform: async () => {
      const id = requireActionId(found, name)
      const { all_changes_deployed: isDeployed } = await builtAction(api, id, wait)
      if (isDeployed === true) return
      await api.post(`${actionPath(id)}/deploy`)
      await deployedAction(api, id, wait)
    },
  }
}

/** Auth0 shows everything but the values of the secrets, for which a hash stands in the code. */
function isSame(action: Action, wanted: ActionBody): boolean {
  const secrets = (action.secrets ?? []).map(({ name }) => name)
  const dependencies = (action.dependencies ?? []).map(({ name, version }) => `${name} ${version}`)
  return (
    action.code === wanted.code &&
    sameMembers(
      secrets,
      wanted.secrets.map(({ name }) => name),
    ) &&
    sameMembers(
      dependencies,
      wanted.dependencies.map(({ name, version }) => `${name} ${version}`),
    ) &&
    // Older runtimes come back with a suffix.
    (action.runtime ?? '').replace(/-actions$/, '') === wanted.runtime
  )
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify(one.toSorted()) === JSON.stringify(other.toSorted())
}
