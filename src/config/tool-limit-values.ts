import { z } from 'zod'
import type { ToolLimits } from '../limits/tool-limits.js'

const ENTRY = /^(\*|[\w./-]{1,128})=(\d{1,7})(?:,(\d{1,7}))?$/

/** `export_report=5,1 *=120`: calls a minute, and calls at once. */
export const toolLimits = z.string().transform((value, context): ToolLimits => {
  const entries = value.split(/\s+/).filter((entry) => entry !== '')
  const limits = new Map<string, ToolLimits[string]>()
  for (const entry of entries) {
    const [whole, name = '', perMinute, atOnce = '0'] = ENTRY.exec(entry) ?? []
    if (whole === undefined || limits.has(name)) {
      context.addIssue(
        'must be entries like export_report=5,1 separated by spaces: the tool, calls a minute, and calls at once; each tool once',
      )
      return z.NEVER
    }
    limits.set(name, { callsPerMinute: Number(perMinute), callsAtOnce: Number(atOnce) })
  }
  return Object.fromEntries(limits)
})
