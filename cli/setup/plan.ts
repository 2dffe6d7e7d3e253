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
      throw new StepFailure(step.name, { done: [], left: [...new Set(left)] }, cause)
    }
  }
  return planned
}

export interface ApplyOptions {
  /** Looks again, where somebody else has changed the tenant since the plan was made. */
  readonly replan: () => Promise<readonly PlannedStep[]>
  readonly wait: (delayMs: number) => Promise<void>
  /** Told of each change that has been made. */
  readonly onDone: (change: Change) => void
}

const LOOKS_AFTER_CONFLICT = 3

/**
 * Makes the changes of a plan, one after the other; stops at the first that fails.
 *
 * A 409 says that an object has come there meanwhile: then everything is looked at again, and brought into line. Reads
 * may lag behind writes at Auth0, so that is tried a few times.
 */
export async function applyPlan(
  planned: readonly PlannedStep[],
  { replan, wait, onDone }: ApplyOptions,
): Promise<void> {
  const done: string[] = []
  let plan = planned
  for (let looks = 0; ; looks += 1) {
    try {
      await applyOnce(plan, done, onDone)
      return
    } catch (error) {
      if (!isConflict(error) || looks >= LOOKS_AFTER_CONFLICT) throw error
      await wait(1_000)
      plan = await replan()
    }
  }
}

async function applyOnce(
  plan: readonly PlannedStep[],
  done: string[],
  onDone: ApplyOptions['onDone'],
): Promise<void> {
  for (const [index, { step, inspection }] of plan.entries()) {
    try {
      for (const change of inspection.changes) {
        await change.perform()
        done.push(change.summary)
        onDone(change)
      }
    } catch (cause) {
      const left = plan.slice(index + 1).filter((later) => later.inspection.changes.length > 0)
      throw new StepFailure(step.name, { done, left: left.map((later) => later.step.name) }, cause)
    }
  }
}

function isConflict(error: unknown): boolean {
  const cause = error instanceof StepFailure ? error.cause : undefined
  return cause instanceof ManagementError && cause.status === 409
}

/** What a failure was, and what to do about it. */
export function explainFailure(cause: unknown): { readonly what: string; readonly hint: string } {
  if (cause instanceof SetupError) return { what: cause.message, hint: cause.hint }
  return {
    what: `Something unforeseen (${cause instanceof Error ? cause.name : typeof cause}).`,
    hint: 'Run the command again. If it stays, report it with this output.',
  }
}
