import { classifyRefusal } from '../exchange/exchange-failure.js'
import type { ExchangeRefusal } from '../exchange/refusal-reader.js'
import type { RefusalVerdict } from '../exchange/refusal-reader.js'
import { ENTRA_HINTS, hintForEntra } from './entra-hints.js'

/**
 * The numbers of an on-behalf-of refusal that `error` and `suberror` do not tell apart from others. Microsoft: the
 * numbers may change; so everything that the words say is read from the words.
 */
const NUMBERS = {
  /** A second factor, or the registration of one. */
  mfa: [50072, 50074, 50076, 50078, 50079],
  /** Conditional Access: the device, its app, a block. */
  policy: [53000, 53001, 53002, 53003, 530032],
  unassigned: [50105],
  consent: [65001, 65004, 90094],
  /** A loop of the same request, and a tenant that asks too much. */
  throttled: [50196, 90055],
  passing: [90006, 90033, 90090],
  /** The registrations, the scopes, or the kind of token that is sent. */
  misconfigured: [
    ...[500011, 50001, 65005, 650057, 70011, 28002, 700022],
    ...[700016, 70001, 7000112, 7000215, 7000222, 700027, 7000218],
    ...[240002, 7000114, 9001023, 900382, 900432],
  ],
} as const satisfies Record<string, readonly number[]>

type Kind = keyof typeof VERDICTS

/** What `suberror` says, by MSAL's rule for when a user is wanted. */
const SUBERRORS: Readonly<Record<string, Kind>> = {
  basic_action: 'mfa',
  additional_action: 'policy',
  message_only: 'policy',
  protection_policy_required: 'policy',
  consent_required: 'consent',
  user_password_expired: 'signIn',
  bad_token: 'signIn',
}

/** What `error` says, by the same rule. */
const ERRORS: Readonly<Record<string, Kind>> = {
  interaction_required: 'mfa',
  consent_required: 'consent',
  login_required: 'signIn',
  bad_token: 'signIn',
  // The scopes are those that the tools declare, and one wrong name is refused for every user.
  invalid_scope: 'misconfigured',
  invalid_resource: 'misconfigured',
  temporarily_unavailable: 'passing',
}

/** A minute: each further try prolongs the hold. */
const THROTTLED_SECONDS = 60

const VERDICTS = {
  mfa: { code: 'mfa_required', hint: ENTRA_HINTS.mfa },
  policy: {
    code: 'access_denied',
    reason: 'access_policy',
    hint: ENTRA_HINTS.policy,
  },
  unassigned: {
    code: 'access_denied',
    reason: 'user_not_assigned',
    description:
      'The user is not assigned to the application at the identity provider. An administrator has to assign the user; signing in again does not help.',
    hint: ENTRA_HINTS.unassigned,
  },
  consent: { code: 'consent_required', hint: ENTRA_HINTS.consent },
  signIn: { code: 'reauthentication_required', hint: ENTRA_HINTS.assertion },
  throttled: {
    code: 'exchange_unavailable',
    reason: 'throttled',
    retryAfterSeconds: THROTTLED_SECONDS,
    hint: ENTRA_HINTS.throttled,
  },
  passing: { code: 'exchange_unavailable' },
  misconfigured: { code: 'exchange_misconfigured' },
} as const satisfies Record<string, RefusalVerdict>

/**
 * Reads the refusals of Microsoft Entra ID's on-behalf-of flow: by claims, `suberror` and `error`, and by `error_codes` where
 * these are the same for different faults. Never by the text.
 */
export function readEntraRefusal(refusal: ExchangeRefusal): RefusalVerdict | undefined {
  const kind = kindOf(refusal)
  const verdict: RefusalVerdict | undefined = kind && VERDICTS[kind]
  if (verdict === undefined) {
    return { code: classifyRefusal(refusal), hint: hintForEntra(refusal) }
  }
  if (refusal.claims !== undefined && WANTS_USER.has(verdict.code)) {
    // What the user does about it is another sign-in, so no description of a dead end.
    const { code, hint } = verdict
    return { code, hint, reason: 'claims_challenge', claims: refusal.claims }
  }
  return { ...verdict, hint: verdict.hint ?? hintForEntra(refusal) }
}

const WANTS_USER: ReadonlySet<string> = new Set([
  'mfa_required',
  'access_denied',
  'consent_required',
  'reauthentication_required',
])

/** The words decide; the numbers where the words say no more than that a user is wanted, or that a grant is invalid. */
function kindOf(refusal: ExchangeRefusal): Kind | undefined {
  const { error = '', suberror = '', claims, status } = refusal
  if (has(refusal, 'throttled')) return 'throttled'
  if (status === 429) return undefined
  const said = wordFor(SUBERRORS, suberror) ?? wordFor(ERRORS, error)
  if (said === 'mfa' || said === 'policy') return numbered(refusal, USER_WANTED) ?? said
  if (said !== undefined) return said
  return numbered(refusal, NUMBERED) ?? (claims === undefined ? undefined : 'mfa')
}

function wordFor(words: Readonly<Record<string, Kind>>, word: string): Kind | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined
}

const USER_WANTED = ['unassigned', 'policy', 'consent', 'mfa'] as const
const NUMBERED = [...USER_WANTED, 'misconfigured', 'passing'] as const

function numbered(
  refusal: ExchangeRefusal,
  kinds: readonly (keyof typeof NUMBERS)[],
): Kind | undefined {
  return kinds.find((kind) => has(refusal, kind))
}

function has({ errorCodes = [] }: ExchangeRefusal, kind: keyof typeof NUMBERS): boolean {
  const numbers: readonly number[] = NUMBERS[kind]
  return errorCodes.some((code) => numbers.includes(code))
}
