import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { byId, discard, valid, type Call, type Endpoint } from './endpoint.js'
import { pages } from './pages.js'
import { Refusal } from './refusal.js'
import type { ActionContent, ActionEntry } from './tenant.js'

const CONTENT = {
  code: z.string().max(100_000).optional(),
  dependencies: z
    .array(z.strictObject({ name: z.string().min(1), version: z.string().min(1) }))
    .optional(),
  runtime: z.enum(['node18', 'node22']).optional(),
  secrets: z.array(z.strictObject({ name: z.string().min(1), value: z.string() })).optional(),
}
const CREATION = z.strictObject({
  ...CONTENT,
  name: z.string().min(1).max(255),
  supported_triggers: z
    .array(z.strictObject({ id: z.literal('custom-token-exchange'), version: z.literal('v1') }))
    .length(1),
  deploy: z.boolean().default(false),
})
// The trigger is immutable.
const UPDATE = z.strictObject({ ...CONTENT, name: z.string().min(1).max(255).optional() })

/** Actions of Custom Token Exchange: written, then built, which takes a while, then deployed. */
export const ACTIONS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/actions/actions', scope: 'read:actions' },
    answer: ({ actions }, { query }) => {
      // The total is always there, and cannot be asked for.
      if (query.has('include_totals')) throw new Refusal(400, 'invalid_query_string')
      const [trigger, name] = [query.get('triggerId'), query.get('actionName')]
      const found = actions.filter(
        (action) =>
          (trigger === null || action.supported_triggers[0]?.id === trigger) &&
          (name === null || action.name.includes(name)),
      )
      return [200, actionPages(found, query)]
    },
  },
  {
    ...{ method: 'POST', path: '/actions/actions', scope: 'create:actions' },
    answer: ({ actions }, { body, behavior }) => {
      const { name, supported_triggers, deploy, ...content } = valid(CREATION, body)
      if (actions.some((other) => other.name === name)) throw new Refusal(409, 'action_exists')
      const action: ActionEntry = {
        ...{ id: randomUUID(), name, supported_triggers, deploysItself: deploy },
        ...{ status: 'pending', readsUntilBuilt: behavior.buildReads },
        ...{ allChangesDeployed: false, deployed: undefined },
        draft: { code: '', dependencies: [], runtime: 'node22', secrets: [], ...present(content) },
      }
      actions.push(action)
      return [201, shown(action)]
    },
  },
  {
    ...{ method: 'GET', path: '/actions/actions/:id', scope: 'read:actions' },
    answer: ({ actions }, { behavior }, id) => {
      const action = byId(actions, id, 'id')
      const answer = shown(action, behavior.buildFailure)
      build(action, behavior)
      return [200, answer]
    },
  },
  {
    ...{ method: 'PATCH', path: '/actions/actions/:id', scope: 'update:actions' },
    answer: ({ actions }, { body, behavior }, id) => {
      const action = byId(actions, id, 'id')
      const { name = action.name, ...content } = valid(UPDATE, body)
      action.name = name
      action.draft = { ...action.draft, ...present(content) }
      Object.assign(action, { status: 'pending', readsUntilBuilt: behavior.buildReads })
      action.allChangesDeployed = false
      return [200, shown(action)]
    },
  },
  {
    ...{ method: 'POST', path: '/actions/actions/:id/deploy', scope: 'create:actions' },
    answer: ({ actions }, _call, id) => {
      const action = byId(actions, id, 'id')
      if (action.status !== 'built') throw new Refusal(400, 'action_not_built')
      const { number, ...content } = deploy(action)
      return [202, { ...content, secrets: named(content), number, deployed: true, status: 'built' }]
    },
  },
  {
    ...{ method: 'DELETE', path: '/actions/actions/:id', scope: 'delete:actions' },
    answer: ({ actions, tokenExchangeProfiles }, _call, id) => {
      const action = byId(actions, id, 'id')
      const used = tokenExchangeProfiles.some(({ action_id }) => action_id === id)
      if (used) throw new Refusal(400, 'action_in_use')
      discard(actions, (other) => other === action)
      return [204]
    },
  },
]

/** One step on: unfinished for some reads, then built, or failed. */
function build(action: ActionEntry, { buildFailure }: Call['behavior']): void {
  if (action.status === 'built' || action.status === 'failed') return
  action.readsUntilBuilt -= 1
  if (action.readsUntilBuilt > 0) {
    action.status = 'building'
    return
  }
  action.status = buildFailure === undefined ? 'built' : 'failed'
  if (action.status === 'built' && action.deploysItself) deploy(action)
}

function deploy(action: ActionEntry): ActionContent & { readonly number: number } {
  const number = (action.deployed?.number ?? 0) + 1
  action.deployed = { ...structuredClone(action.draft), number }
  action.allChangesDeployed = true
  return action.deployed
}

/** An Action as an answer has it: the names of its secrets, and no value. */
function shown(action: ActionEntry, buildFailure?: string): object {
  const { id, name, supported_triggers, draft, status, deployed } = action
  return {
    ...{ id, name, supported_triggers, ...draft, secrets: named(draft), status },
    all_changes_deployed: action.allChangesDeployed,
    ...(deployed === undefined
      ? {}
      : { deployed_version: { ...deployed, secrets: named(deployed), deployed: true } }),
    ...(status === 'failed' ? { errors: [{ id: 'build', msg: buildFailure, url: '' }] } : {}),
  }
}

function named({ secrets }: ActionContent): readonly object[] {
  return secrets.map(({ name }) => ({ name, updated_at: '2026-11-21T00:00:00.000Z' }))
}

function actionPages(found: readonly ActionEntry[], query: URLSearchParams): object {
  const perPage = Number(query.get('per_page') ?? 20)
  const actions = pages(
    found.map((action) => shown(action)),
    'actions',
    new URLSearchParams({ page: query.get('page') ?? '0', per_page: `${perPage}` }),
  )
  return { actions, total: found.length, page: Number(query.get('page') ?? 0), per_page: perPage }
}

function present<T extends object>(members: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const held = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(held) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
