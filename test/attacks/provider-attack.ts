import type { FailureCode } from '../../src/failures/errors.js'
import type { UserNumber } from '../helpers/dialects/dialect.js'
import type { Claims } from '../helpers/dialects/provider-stand.js'
import type { DialectStack, TokenChanges } from '../helpers/dialects/start-dialect.js'
import type { SigningKey } from '../helpers/test-issuer.js'

/** What an identity provider that is hostile or badly set up has at hand when it is asked for an exchange. */
export interface ProviderHop {
  readonly stack: DialectStack
  readonly user: UserNumber
  /** Another user of the same tenant. */
  readonly stranger: UserNumber
  readonly subjectToken: string
  /** A key that nobody publishes. */
  readonly foreignKey: SigningKey
}

/** An answer in a provider's own dialect that must end before one byte goes to the API. */
export interface ProviderAttack {
  readonly name: string
  readonly code: FailureCode
  readonly reason: string
  answer(hop: ProviderHop): Promise<Claims>
}

export type Verdict = Pick<ProviderAttack, 'code' | 'reason'>

type Changes = TokenChanges | ((hop: ProviderHop) => TokenChanges)

export function rejectedAs(reason: string): Verdict {
  return { code: 'exchange_rejected', reason }
}

export const NARROWED: Verdict = { code: 'downstream_scope_denied', reason: 'scope_narrowed' }

/** An attack by a token that the right key has signed. */
export function issuing(name: string, verdict: Verdict, changes: Changes): ProviderAttack {
  return {
    ...{ name, ...verdict },
    answer: async (hop) => {
      const given = typeof changes === 'function' ? changes(hop) : changes
      const { stack, user } = hop
      return stack.dialect.answer(await stack.issuedToken(user, given))
    },
  }
}

/** An attack by what stands around a good token; members that are `undefined` are left out. */
export function answering(name: string, verdict: Verdict, members: Claims): ProviderAttack {
  return {
    ...{ name, ...verdict },
    answer: async ({ stack, user }) => ({
      ...stack.dialect.answer(await stack.issuedToken(user)),
      ...members,
    }),
  }
}
