import { ManagementError } from './management-error.js'
import { SetupError } from './setup-error.js'
import type { Change, Inspection, Step } from './step.js'

export interface PlannedStep {
  readonly step: Step
  readonly inspection: Inspection
}

/** A step failed; `cause` says how, `done` what had been changed before, `left` which steps were not come to. */
export class StepFailure extends Error {
  readonly step: string
  readonly done: readonly string[]
  readonly left: readonly string[]

  constructor(
    step: string,
    progress: { done: readonly string[]; left: readonly string[] },
    cause: unknown,
  ) {
    super(`step failed: ${step}`, { cause })
    this.name = 'StepFailure'
    this.step = step
    this.done = progress.done
    this.left = progress.left
  }
}

/** Looks at everything and decides what to change; changes nothing. */
export async function makePlan(steps: readonly Step[]): Promise<readonly PlannedStep[]> {
  const planned: PlannedStep[] = []
  for (const [index, step] of steps.entries()) {
    try {
      planned.push({ step, inspection: await step.inspect() })
    } catch (cause) {
      const left = steps.slice(index + 1).map(({ name }) => name)
      throw new StepFailure(step.name, { done: [], left }, cause)
    }
  }
  return planned
}

export interface ApplyOptions {
  readonly wait: (delayMs: number) => Promise<void>
  /** Told of each change that has been made. */
  readonly onDone: (change: Change) => void
}

/** Makes the changes of a plan, one after the other; stops at the first that fails. */
export async function applyPlan(
  plan: readonly PlannedStep[],
  options: ApplyOptions,
): Promise<void> {
  const done: string[] = []
  const onDone = (change: Change): void => {
    done.push(change.summary)
    options.onDone(change)
  }
  for (const [index, { step, inspection }] of plan.entries()) {
    try {
      await applyStep(step, inspection, { ...options, onDone })
    } catch (cause) {
      const left = plan.slice(index + 1).filter((later) => later.inspection.changes.length > 0)
      throw new StepFailure(step.name, { done, left: left.map((later) => later.step.name) }, cause)
    }
  }
}

const LOOKS_AFTER_CONFLICT = 3

/**
 * A 409 says that somebody else has made the object meanwhile: then it is looked at again and brought into line.
 * Reads may lag behind writes at Auth0, so that is tried a few times.
 */
async function applyStep(step: Step, planned: Inspection, options: ApplyOptions): Promise<void> {
  let { changes } = planned
  for (let looks = 0; ; looks += 1) {
    try {
      for (const change of changes) {
        await change.perform()
        options.onDone(change)
      }
      return
    } catch (error) {
      const conflict = error instanceof ManagementError && error.status === 409
      if (!conflict || looks >= LOOKS_AFTER_CONFLICT) throw error
      await options.wait(1_000)
      changes = (await step.inspect()).changes
    }
  }
}

/** What a failure was, and what to do about it. */
export function explainFailure(cause: unknown): { readonly what: string; readonly hint: string } {
  if (cause instanceof SetupError) return { what: cause.message, hint: cause.hint }
  return {
    what: `Something unforeseen (${cause instanceof Error ? cause.name : typeof cause}).`,
    hint: 'Run the command again. If it stays, report it with this output.',
  }
}
