import { PROBLEMS } from '../../cli/doctor/connector/problem-table.js'
import { STEPS, stepNumber, type StepName } from '../../cli/doctor/connector/steps.js'
import { SIDES } from '../../cli/doctor/connector/sides.js'

/** Every problem that `doctor --connector` names, by the step at which clients meet it. */
export function connectorProblems(): string {
  const steps = Object.keys(STEPS) as StepName[]
  return steps.map(section).join('\n\n')
}

function section(step: StepName): string {
  const rows = Object.entries(PROBLEMS)
    .filter(([, kind]) => kind.step === step)
    .map(([id, { side, cure }]) => `| \`${id}\` | ${SIDES[side]} | ${cure} |`)
  const head = ['| problem | where | what to do |', '| - | - | - |']
  return [`### Step ${stepNumber(step)}: ${STEPS[step]}`, '', ...head, ...rows].join('\n')
}
