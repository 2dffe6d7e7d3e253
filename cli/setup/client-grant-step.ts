import { z } from 'zod'
import { missingScopes } from '../../src/scopes.js'
import { listAll } from './listing.js'
import type { ManagementApi } from './management-api.js'
import { SetupError } from './setup-error.js'
import { becomes, type Step } from './step.js'

const GRANT = z.looseObject({
  id: z.string(),
  audience: z.string(),
  client_id: z.string().nullish(),
  default_for: z.string().nullish(),
  subject_type: z.string().nullish(),
  scope: z.array(z.string()).optional(),
  allow_all_scopes: z.boolean().nullish(),
  is_system: z.boolean().nullish(),
})
type Grant = z.infer<typeof GRANT>

export interface ClientGrantPlan {
  readonly step: string
  /** Who may get tokens; `undefined` while that client does not exist yet. */
  readonly holder: () =>
    { readonly client_id: string } | { readonly default_for: 'third_party_clients' } | undefined
  readonly holderName: string
  readonly audience: string
  readonly scopes: readonly string[]
}

/** A client grant for users (`subject_type: user`): created, or its scopes added to. */
export function clientGrantStep(api: ManagementApi, plan: ClientGrantPlan): Step {
  const { audience, scopes } = plan
  return {
    name: plan.step,
    async inspect() {
      const grant = await findGrant(api, plan)
      const details = [becomes('subject_type', undefined, 'user')]
      if (grant === undefined) {
        return {
          changes: [
            {
              summary: `grant ${plan.holderName} access to ${audience}`,
              details: [...details, becomes('scope', undefined, scopes)],
              perform: () =>
                api.post('/client-grants', {
                  ...requireHolder(plan),
                  audience,
                  scope: scopes,
                  subject_type: 'user',
                }),
            },
          ],
        }
      }
      const missing = missingScopes(scopes, grant.scope ?? [])
      if (grant.allow_all_scopes === true || missing.length === 0) return { changes: [] }
      assertChangeable(grant, plan)
      const scope = [...(grant.scope ?? []), ...missing]
      return {
        changes: [
          {
            summary: `extend the grant of ${plan.holderName} to ${audience}`,
            details: [`scope: adds ${missing.join(' ')}, keeps the others`],
            widens: true,
            perform: () => api.patch(`/client-grants/${encodeURIComponent(grant.id)}`, { scope }),
          },
        ],
      }
    },
  }
}

async function findGrant(
  api: ManagementApi,
  { holder, audience }: ClientGrantPlan,
): Promise<Grant | undefined> {
  const held = holder()
  if (held === undefined) return undefined
  const found = await listAll(api, {
    path: '/client-grants',
    collection: 'client_grants',
    entry: GRANT,
    query: { ...held, audience, subject_type: 'user' },
    style: 'checkpoints',
  })
  return found.find(
    (grant) =>
      grant.audience === audience &&
      grant.subject_type === 'user' &&
      Object.entries(held).every(([key, value]) => grant[key] === value),
  )
}

function requireHolder({ holder, step }: ClientGrantPlan): object {
  const held = holder()
  if (held !== undefined) return held
  throw new SetupError(`${step}: the client is not known.`, 'Run the command again.')
}

function assertChangeable({ is_system: system }: Grant, { audience }: ClientGrantPlan): void {
  if (system !== true) return
  throw new SetupError(
    `The grant to ${audience} is one of Auth0's own and cannot be changed.`,
    'Add a grant by hand (Dashboard, Applications, APIs), or use an API of your own.',
  )
}
