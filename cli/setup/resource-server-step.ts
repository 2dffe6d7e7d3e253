import { missingScopes } from '../../src/scopes.js'
import type { ManagementApi } from './management-api.js'
import { findResourceServer, type ResourceServer } from './resource-server.js'
import { becomes, type Change, type Inspection, type Step } from './step.js'

export interface ResourceServerPlan {
  /** How the step is called. */
  readonly step: string
  readonly identifier: string
  readonly scopes: readonly string[]
  /** Beside identifier and scopes, for a new one. */
  readonly created: Readonly<Record<string, unknown>>
  /** What an existing one is changed to have. */
  readonly aligned: Readonly<Record<string, unknown>>
  /** Which of `aligned` let more through. */
  readonly widening: readonly string[]
  /** Looks at an existing one for what is left alone and deserves a word. */
  readonly remarks: (current: ResourceServer) => readonly string[]
}

/**
 * An API of the tenant: created, or brought into line.
 *
 * Scopes are added and never taken away: an update replaces the whole list, so those that are there are sent along.
 */
export function resourceServerStep(api: ManagementApi, plan: ResourceServerPlan): Step {
  return {
    name: plan.step,
    async inspect() {
      const current = await findResourceServer(api, plan.identifier)
      return current === undefined ? creation(api, plan) : alignment(api, plan, current)
    },
  }
}

function creation(api: ManagementApi, plan: ResourceServerPlan): Inspection {
  const { identifier, scopes, created } = plan
  const body = { identifier, ...created, scopes: scopes.map(described) }
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
  const patch: Record<string, unknown> = Object.fromEntries(
    Object.entries(plan.aligned).filter(([key, value]) => !covers(current[key], value)),
  )
  const details = Object.entries(patch).map(([key, value]) => becomes(key, current[key], value))
  const widens = plan.widening.some((key) => key in patch)
  const existing = current.scopes ?? []
  const missing = missingScopes(
    plan.scopes,
    existing.map(({ value }) => value),
  )
  if (missing.length > 0) {
    patch['scopes'] = [...existing, ...missing.map(described)]
    details.push(`scopes: adds ${missing.join(' ')}, keeps the others`)
  }
  const change: Change = {
    summary: `change the API ${plan.identifier}`,
    details,
    widens,
    perform: () => api.patch(`/resource-servers/${encodeURIComponent(current.id)}`, patch),
  }
  return { changes: details.length === 0 ? [] : [change], notes: plan.remarks(current) }
}

/** Whether a value has all that is wanted of it; members beyond that do not matter. */
function covers(current: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return current === wanted
  if (typeof current !== 'object' || current === null) return false
  return Object.entries(wanted).every(([key, value]) =>
    covers((current as Record<string, unknown>)[key], value),
  )
}

function described(value: string): { value: string; description: string } {
  return { value, description: value }
}
