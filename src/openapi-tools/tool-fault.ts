import type { ExcludedFromTools } from './openapi-tools.js'

type Why = Pick<ExcludedFromTools, 'code' | 'kind' | 'pointer' | 'reason' | 'cure'>

/** Ends the making of one tool: its operation is left out, and the others are not concerned. */
export class ToolFault extends Error {
  readonly why: Why

  constructor(why: Why) {
    super(why.reason)
    this.why = why
  }
}
