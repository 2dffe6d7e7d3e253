import { PROBLEMS } from '../../cli/doctor/connector/problem-table.js'
import { STEPS, stepNumber, type StepName } from '../../cli/doctor/connector/steps.js'
import { failureTexts } from './failure-texts.js'
import { SYMPTOM_OF_CODE, SYMPTOM_OF_STEP, type Symptom } from './symptoms.js'
import { withoutMarkup } from './without-markup.js'

/** Every text of a failure that shows as this symptom, and every problem of `doctor --connector` that is behind it. */
export function symptomTexts(symptom: Symptom): string {
  const texts = failureTexts()
    .filter(({ code }) => SYMPTOM_OF_CODE[code] === symptom)
    .map(({ text, code }) => `- ${withoutMarkup(text)} → [\`${code}\`](failures.md#${code})`)
  return [...texts, ...problemLines(symptom)].join('\n')
}

function problemLines(symptom: Symptom): readonly string[] {
  const steps = (Object.keys(STEPS) as StepName[]).filter(
    (step) => SYMPTOM_OF_STEP[step] === symptom,
  )
  return steps.map((step) => {
    const ids = Object.entries(PROBLEMS).filter(([, kind]) => kind.step === step)
    const anchor = `step-${stepNumber(step)}-${slug(STEPS[step])}`
    const names = ids.map(([id]) => `\`${id}\``).join(', ')
    return `- the doctor’s [step ${stepNumber(step)}: ${STEPS[step]}](connector.md#${anchor}): ${names}`
  })
}

function slug(heading: string): string {
  return heading.toLowerCase().replaceAll("'", '').replaceAll(' ', '-')
}
