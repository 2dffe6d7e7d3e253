import type { Blueprint } from './blueprint.js'
import { nothingFound } from './found.js'
import { planJournal } from './journal/plan-journal.js'
import type { ManagementApi } from './management-api.js'
import { serverTag } from './marks.js'
import { makePlan, StepFailure, type PlannedStep } from './plan.js'
import { EXCHANGING_CLIENT } from './steps/exchanging-client-step.js'
import { setupSteps, type StepOptions } from './steps/setup-steps.js'

/** Looks at the tenant and decides what to change, so that it is as the blueprint says; changes nothing. */
export async function setupPlan(
  api: ManagementApi,
  blueprint: Blueprint,
  options: StepOptions,
): Promise<readonly PlannedStep[]> {
  const found = nothingFound()
  const plan = await makePlan(setupSteps(api, blueprint, { ...options, found }))
  const { profile, server } = blueprint
  const tag = profile.kind === 'on-behalf-of' ? undefined : serverTag(server.identifier)
  try {
    return planJournal(api, plan, { found, clientStep: EXCHANGING_CLIENT, tag })
  } catch (cause) {
    throw new StepFailure(EXCHANGING_CLIENT, { done: [], left: [] }, cause)
  }
}
