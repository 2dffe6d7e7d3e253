import type { ProblemId } from '../problem-table.js'
import { problem, type Problem } from '../problem.js'
import type { StepName } from '../steps.js'
import type { Outcome, RefusalReason } from '../walk/visit.js'

type Unanswered = Exclude<Outcome, { readonly kind: 'answer' }>

const BY_CODE: Readonly<Record<string, ProblemId>> = {
  ENOTFOUND: 'network.name',
  EAI_AGAIN: 'network.name',
  ECONNREFUSED: 'network.refused',
  TimeoutError: 'network.no_answer',
  ETIMEDOUT: 'network.no_answer',
  UND_ERR_CONNECT_TIMEOUT: 'network.no_answer',
  UND_ERR_HEADERS_TIMEOUT: 'network.no_answer',
  CERT_HAS_EXPIRED: 'certificate.expired',
  CERT_NOT_YET_VALID: 'certificate.expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate.wrong_host',
}
const UNTRUSTED = /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|CERT_)/

/** Why a request got no answer. `otherwise` is what it is at this step, where it is not the certificate. */
export function networkProblem(
  outcome: Unanswered,
  url: URL,
  { step, otherwise }: { readonly step: StepName; readonly otherwise?: ProblemId },
): Problem {
  const at = `${url.origin}${url.pathname}`
  if (outcome.kind === 'refused') return refused(outcome.reason, at, { step, otherwise })
  const { code, fault } = outcome
  const id = code === undefined ? undefined : idOf(code)
  const isCertificate = id?.startsWith('certificate.') === true
  return problem(
    isCertificate ? id : (otherwise ?? id ?? 'network.unreachable'),
    `${at} does not answer: ${fault.message}.`,
    step,
  )
}

function refused(
  reason: RefusalReason,
  at: string,
  { step, otherwise }: { readonly step: StepName; readonly otherwise: ProblemId | undefined },
): Problem {
  switch (reason) {
    case 'used_up':
      return problem(
        'network.no_answer',
        `${at} was not asked: the limits of this command are used up.`,
        step,
      )
    case 'internal_address':
      return problem(
        'network.internal_address',
        `${at} was not asked: it is inside a network, out of reach of clients.`,
        step,
      )
    case 'not_https':
      return problem(
        otherwise ?? 'network.internal_address',
        `${at} was not asked: it is plain http.`,
        step,
      )
  }
}

function idOf(code: string): ProblemId | undefined {
  return BY_CODE[code] ?? (UNTRUSTED.test(code) ? 'certificate.untrusted' : undefined)
}
