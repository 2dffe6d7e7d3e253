import { onTestFinished } from 'vitest'
import { toldWarnings } from '../../src/logging/process-warning.js'

/** A warning of the process, as Node writes it to standard error. */
export interface ProcessWarning {
  readonly code: string | undefined
  readonly message: string
}

/**
 * Keeps the warnings of this process until the end of the test, those too that another test has seen already. Node emits
 * them on the next tick.
 */
export function processWarnings(): readonly ProcessWarning[] {
  toldWarnings.clear()
  const seen: ProcessWarning[] = []
  const keep = (warning: NodeJS.ErrnoException): void => {
    seen.push({ code: warning.code, message: warning.message })
  }
  process.on('warning', keep)
  onTestFinished(() => {
    process.off('warning', keep)
  })
  return seen
}
