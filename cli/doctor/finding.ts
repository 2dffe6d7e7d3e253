export type Verdict = 'ok' | 'wrong' | 'not_checkable'

/** What one check came to. Holds no token and no secret. */
export interface Finding {
  /** Stable, for machines: `issuer.metadata`. */
  readonly check: string
  readonly verdict: Verdict
  /** What was found. */
  readonly says: string
  /** What to do, naming the setting or the field at the authorization server. */
  readonly cure?: string
}

export function ok(check: string, says: string, advice?: string): Finding {
  return { check, verdict: 'ok', says, ...(advice === undefined ? {} : { cure: advice }) }
}

export function wrong(check: string, says: string, cure: string): Finding {
  return { check, verdict: 'wrong', says, cure }
}

export function notCheckable(check: string, says: string, advice?: string): Finding {
  return {
    check,
    verdict: 'not_checkable',
    says,
    ...(advice === undefined ? {} : { cure: advice }),
  }
}
