import type { FailureCode } from '../../src/failures/errors.js'
import type { Environment } from '../../src/config/config.js'
import { mintExchanged, tokenAnswer } from '../helpers/exchange-answers.js'
import type { MintOptions, SigningKey, TestIssuer, TokenRequest } from '../helpers/test-issuer.js'

/** Words of the authorization server, put where it may put some: no client and no model may read them. */
export const FOREIGN_WORDS = 'Words of the authorization server'

/** What a hostile or confused authorization server has at hand when it is asked for an exchange. */
export interface SecondHop {
  readonly request: TokenRequest
  readonly issuer: TestIssuer
  /** Another issuer that the MCP server trusts at its own endpoint. */
  readonly otherIssuer: TestIssuer
  /** A key that nobody publishes. */
  readonly foreignKey: SigningKey
  readonly subjectToken: string
  /** The MCP server's own audience. */
  readonly ownAudience: string
  /** A token for the API that is good but for `options`. */
  mint(options?: MintOptions): Promise<string>
}

/** An answer that must end before one byte goes to the API. */
export interface SecondHopAttack {
  readonly name: string
  readonly code: FailureCode
  readonly reason: string
  readonly environment?: Environment
  /** Claims of the caller's token, laid over a good one. */
  readonly subject?: Readonly<Record<string, unknown>>
  /** The caller's token is bound to its sender (RFC 9449). */
  readonly bound?: boolean
  /** The body of the answer, which comes with status 200. */
  answer(hop: SecondHop): Promise<Readonly<Record<string, unknown>>>
}

type Verdict = Pick<SecondHopAttack, 'code' | 'reason'>

export function rejectedAs(reason: string): Verdict {
  return { code: 'exchange_rejected', reason }
}

export const SCOPE_NARROWED: Verdict = { code: 'downstream_scope_denied', reason: 'scope_narrowed' }

export function secondHop(
  { issuer, otherIssuer, foreignKey }: Pick<SecondHop, 'issuer' | 'otherIssuer' | 'foreignKey'>,
  request: TokenRequest,
  ownAudience: string,
): SecondHop {
  return {
    ...{ request, issuer, otherIssuer, foreignKey, ownAudience },
    subjectToken: request.parameters.get('subject_token') ?? '',
    mint: (options) => mintExchanged(issuer, request, options),
  }
}

/** An attack by the claims or the header of a token that the right issuer has signed. */
export function issued(
  name: string,
  verdict: Verdict,
  options: MintOptions,
  extra: Partial<SecondHopAttack> = {},
): SecondHopAttack {
  return {
    ...{ name, ...verdict, ...extra },
    answer: async (hop) => tokenAnswer(await hop.mint(options)),
  }
}

/** An attack by a token that is made in some other way. */
export function handedOut(
  name: string,
  verdict: Verdict,
  make: (hop: SecondHop) => unknown,
  extra: Partial<SecondHopAttack> = {},
): SecondHopAttack {
  return { ...{ name, ...verdict, ...extra }, answer: async (hop) => tokenAnswer(await make(hop)) }
}

/** An attack by the answer around a good token; members that are `undefined` are left out. */
export function answered(
  name: string,
  verdict: Verdict,
  members: Readonly<Record<string, unknown>>,
): SecondHopAttack {
  return {
    ...{ name, ...verdict },
    answer: async (hop) => ({ ...tokenAnswer(await hop.mint()), ...members }),
  }
}
