import { emitWarning } from 'node:process'

/** The texts that this process has been told already. */
export const toldWarnings = new Set<string>()

/**
 * Emits a warning of the process, which Node writes to standard error: for mistakes in the program around us where no
 * logger is known. Each text once; it is fixed, and holds nothing of a request.
 */
export function warnProcess(text: string, code: `MCP_ON_BEHALF_OF_${string}`): void {
  if (toldWarnings.has(text)) return
  toldWarnings.add(text)
  emitWarning(text, { code })
}
