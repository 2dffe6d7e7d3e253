import { PROBLEMS, type ProblemId, type Side } from './problem-table.js'
import type { StepName } from './steps.js'

/** Something that stops a client, or that it has to go round. Holds no token and no secret. */
export interface Problem {
  readonly id: ProblemId
  /** Where a client meets it. */
  readonly step: StepName
  readonly side: Side
  /** What was seen; foreign text in it is printable. */
  readonly message: string
  /** What to change. */
  readonly cure: string
}

export function problem(id: ProblemId, message: string, step?: StepName): Problem {
  const { cure, side, step: usual } = PROBLEMS[id]
  return { id, side, step: step ?? usual, message, cure }
}

/** A client gets no further. */
export class ClientStopped extends Error {
  readonly problem: Problem

  constructor(cause: Problem) {
    super(cause.message)
    this.name = 'ClientStopped'
    this.problem = cause
  }
}
