import { FAILURE_CODES, type FailureCode } from './failure-codes.js'

const CODES: ReadonlySet<string> = new Set(FAILURE_CODES)

/** Whether a text is one of our failure codes. */
export function isFailureCode(text: string): text is FailureCode {
  return CODES.has(text)
}
