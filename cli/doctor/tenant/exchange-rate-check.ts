import { warning, ok, type Finding } from '../finding.js'
import type { TenantView } from './tenant-check.js'

/**
 * Exchanges a second that Auth0 allows, by plan: On-Behalf-Of, and Custom Token Exchange (0: not part of the plan).
 * From Auth0's rate limit pages of August 2026.
 */
export const PLAN_RATES = {
  free: { onBehalfOf: 2, customTokenExchange: 0 },
  essentials: { onBehalfOf: 8, customTokenExchange: 4 },
  professional: { onBehalfOf: 8, customTokenExchange: 4 },
  enterprise: { onBehalfOf: 30, customTokenExchange: 15 },
} as const

export type Plan = keyof typeof PLAN_RATES

const CHECK = 'tenant.exchange_rate'

/** Whether the server keeps to the plan's rate, so that Auth0 refuses no exchange for it. */
export function checkExchangeRate({ config }: Pick<TenantView, 'config'>, plan: Plan): Finding {
  const { ratePerSecond, subjectTokenType } = config.exchange
  const rates = PLAN_RATES[plan]
  const allowed = subjectTokenType === undefined ? rates.onBehalfOf : rates.customTokenExchange
  if (allowed === 0) {
    return warning(
      CHECK,
      `Auth0's plan ${plan} does not include Custom Token Exchange.`,
      'Use On-Behalf-Of (remove MCP_AUTH0_SUBJECT_TOKEN_TYPE and run mcp-on-behalf-of setup), or change the plan.',
    )
  }
  return ratePerSecond <= allowed
    ? ok(
        CHECK,
        `EXCHANGE_RATE_PER_SECOND (${ratePerSecond}) is within the ${allowed} of the plan ${plan}.`,
      )
    : warning(
        CHECK,
        `EXCHANGE_RATE_PER_SECOND is ${ratePerSecond}, and Auth0's plan ${plan} allows ${allowed}: under load, exchanges are refused (429) rather than made a moment later.`,
        `Set EXCHANGE_RATE_PER_SECOND=${allowed}, divided by the number of instances.`,
      )
}
