import type { ExclusionCode } from './operation.js'
import type { BrokenReference } from './references.js'

/** What an operation is left out for. */
export interface Exclusion {
  readonly code: ExclusionCode
  readonly kind: 'fault' | 'unsupported'
  readonly pointer: string
  readonly reason: string
  readonly cure: string
}

/** Ends the reading of one operation, which is left out; the others are not concerned. */
export class OperationFault extends Error {
  readonly exclusion: Exclusion

  constructor(exclusion: Omit<Exclusion, 'kind'> & { readonly kind?: 'unsupported' }) {
    super(exclusion.reason)
    this.exclusion = { kind: 'fault', ...exclusion }
  }
}

/** For a value that is not what the specification says. */
export function wrongForm(pointer: string, what: string, form: string): OperationFault {
  const reason = `${what} is not ${form}`
  return new OperationFault({ code: 'structure', pointer, reason, cure: `Make it ${form}` })
}

/** For a reference that cannot be followed. */
export function brokenReference(broken: BrokenReference): OperationFault {
  return new OperationFault({ code: 'reference', ...broken })
}
