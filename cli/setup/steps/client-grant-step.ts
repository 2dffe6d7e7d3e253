import { missingScopes } from '../../../src/scopes.js'
import type { PlannedEntry } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import { findUserGrant, grantPath, holderQuery, type ClientGrant } from '../objects/client-grant.js'
import { SetupError } from '../setup-error.js'
import { becomes, type Inspection, type Step } from '../step.js'

export interface ClientGrantPlan {
  readonly step: string
  /** Who may get tokens: a client's id or `THIRD_PARTIES`; `undefined` while that client does not exist yet. */
  readonly holder: () => string | undefined
  readonly holderName: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** Whether the client or the API is setup's own, so that the grant goes when that goes. */
  readonly isOurs: () => boolean
  /** Whether the API is setup's own. */
  readonly apiIsOurs: () => boolean
}

/** A client grant for users (`subject_type: user`): created, or its scopes added to. */
export function clientGrantStep(api: ManagementApi, plan: ClientGrantPlan): Step {
  return {
    name: plan.step,
    async inspect() {
      const holder = plan.holder()
      const grant =
        holder === undefined ? undefined : await findUserGrant(api, holder, plan.audience)
      return grant === undefined ? creation(api, plan) : extension(api, plan, grant)
    },
  }
}

function creation(api: ManagementApi, plan: ClientGrantPlan): Inspection {
  const { audience, scopes, holderName } = plan
  return {
    changes: [
      {
        summary: `grant ${holderName} access to ${audience}`,
        details: [becomes('subject_type', undefined, 'user'), becomes('scope', undefined, scopes)],
        widens: !plan.apiIsOurs(),
        journal: journalOf(plan, 'new-grant', { values: scopes, held: [] }),
        perform: () =>
          api.post('/client-grants', {
            ...holderQuery(requireHolder(plan)),
            audience,
            scope: scopes,
            subject_type: 'user',
          }),
      },
    ],
  }
}

function extension(api: ManagementApi, plan: ClientGrantPlan, grant: ClientGrant): Inspection {
  const held = grant.scope ?? []
  const missing = missingScopes(plan.scopes, held)
  if (grant.allow_all_scopes === true || missing.length === 0) return { changes: [] }
  assertChangeable(grant, plan)
  return {
    changes: [
      {
        summary: `extend the grant of ${plan.holderName} to ${plan.audience}`,
        details: [`scope: adds ${missing.join(' ')}, keeps the others`],
        widens: true,
        journal: journalOf(plan, 'grant', { values: missing, held }),
        perform: () => api.patch(grantPath(grant.id), { scope: [...held, ...missing] }),
      },
    ],
  }
}

function journalOf(
  plan: ClientGrantPlan,
  to: 'grant' | 'new-grant',
  { values, held }: { readonly values: readonly string[]; readonly held: readonly string[] },
): readonly PlannedEntry[] {
  const holder = plan.holder()
  if (plan.isOurs() || holder === undefined) return []
  return [{ kind: 'added', to, ids: [holder, plan.audience], values, held }]
}

function requireHolder({ holder, step }: ClientGrantPlan): string {
  const held = holder()
  if (held !== undefined) return held
  throw new SetupError(`${step}: the client is not known.`, 'Run the command again.')
}

function assertChangeable({ is_system: system }: ClientGrant, { audience }: ClientGrantPlan): void {
  if (system !== true) return
  throw new SetupError(
    `The grant to ${audience} is one of Auth0's own and cannot be changed.`,
    'Add a grant by hand (Dashboard, Applications, APIs), or use an API of your own.',
  )
}
