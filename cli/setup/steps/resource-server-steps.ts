import { missingScopes } from '../../../src/scopes.js'
import type { FieldValue } from '../journal/journal-entry.js'
import type { PlannedEntry } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import {
  findResourceServer,
  resourceServerPath,
  type ResourceServer,
} from '../objects/resource-server.js'
import { becomes, type Change, type Inspection, type Step } from '../step.js'

export interface ResourceServerPlan {
  /** How the step is called. */
  readonly step: string
  readonly identifier: string
  readonly scopes: readonly string[]
  /** Of new scopes, by their names. */
  readonly descriptions?: ReadonlyMap<string, string> | undefined
  /** Beside identifier and scopes, for a new one. */
  readonly created: Readonly<Record<string, unknown>>
  /** What an existing one is changed to have. */
  readonly aligned: Readonly<Record<string, string | boolean>>
  /** Which of `aligned` let more through. */
  readonly widening: readonly string[]
  /** Looks at an existing one for what is left alone and deserves a word. */
  readonly remarks: (current: ResourceServer) => readonly string[]
  /** Whether setup has created an existing one. */
  readonly isOurs: (current: ResourceServer) => boolean
  /** Is told that, or `true` where there is none yet. */
  readonly onFound: (isOurs: boolean) => void
}

export interface ResourceServerSteps {
  /** Before the exchanging client: creates the API where it is missing. */
  readonly creation: Step
  /** Behind the exchanging client, which remembers what there was: brings an existing API into line. */
  readonly alignment: Step
}

/**
 * An API of the tenant: created, or brought into line.
 *
 * Scopes are added and never taken away: an update replaces the whole list, so those that are there are sent along.
 */
export function resourceServerSteps(
  api: ManagementApi,
  plan: ResourceServerPlan,
): ResourceServerSteps {
  let current: ResourceServer | undefined
  return {
    creation: {
      name: plan.step,
      async inspect() {
        current = await findResourceServer(api, plan.identifier)
        plan.onFound(current === undefined || plan.isOurs(current))
        return current === undefined ? creation(api, plan) : { changes: [], quiet: true }
      },
    },
    alignment: {
      name: plan.step,
      inspect: () =>
        Promise.resolve(
          current === undefined ? { changes: [], quiet: true } : alignment(api, plan, current),
        ),
    },
  }
}

function creation(api: ManagementApi, plan: ResourceServerPlan): Inspection {
  const { identifier, scopes, created } = plan
  const body = { identifier, ...created, scopes: scopes.map((scope) => described(scope, plan)) }
  return {
    changes: [
      {
        summary: `create the API ${identifier}`,
        details: [
          ...Object.entries(created).map(([key, value]) => becomes(key, undefined, value)),
          becomes('scopes', undefined, scopes),
        ],
        perform: () => api.post('/resource-servers', body),
      },
    ],
  }
}

function alignment(
  api: ManagementApi,
  plan: ResourceServerPlan,
  current: ResourceServer,
): Inspection {
  const fields = Object.entries(plan.aligned).filter(([key, value]) => current[key] !== value)
  const details = fields.map(([key, value]) => becomes(key, current[key], value))
  const patch: Record<string, unknown> = Object.fromEntries(fields)
  const existing = current.scopes ?? []
  const held = existing.map(({ value }) => value)
  const missing = missingScopes(plan.scopes, held)
  if (missing.length > 0) {
    patch['scopes'] = [...existing, ...missing.map((scope) => described(scope, plan))]
    details.push(`scopes: adds ${missing.join(' ')}, keeps the others`)
  }
  const change: Change = {
    summary: `change the API ${plan.identifier}`,
    details,
    widens: plan.widening.some((key) => key in patch),
    journal: plan.isOurs(current) ? [] : journalOf(plan, current, { fields, missing, held }),
    perform: () => api.patch(resourceServerPath(current.id), patch),
  }
  return { changes: details.length === 0 ? [] : [change], notes: plan.remarks(current) }
}

interface Difference {
  readonly fields: readonly (readonly [string, string | boolean])[]
  readonly missing: readonly string[]
  readonly held: readonly string[]
}

function journalOf(
  { identifier }: ResourceServerPlan,
  current: ResourceServer,
  { fields, missing, held }: Difference,
): readonly PlannedEntry[] {
  const replaced = fields.map(([field, now]) => {
    const was = (current[field] ?? null) as FieldValue
    return { kind: 'replaced', object: 'api', id: identifier, field, was, now } as const
  })
  const added = { kind: 'added', to: 'scopes', ids: [identifier], values: missing, held } as const
  return missing.length === 0 ? replaced : [...replaced, added]
}

/** A scope as the Management API takes it; one without a description is described by its name. */
export function described(
  value: string,
  { descriptions }: Pick<ResourceServerPlan, 'descriptions'>,
): { value: string; description: string } {
  return { value, description: descriptions?.get(value) ?? value }
}
