import { scopesFor } from './management-scopes.js'
import { SetupError } from './setup-error.js'

export interface ManagementRefusal {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** Absent where no answer came. */
  readonly status?: number
  /** `errorCode`, else `error`, of the answer: letters and underscores alone. */
  readonly errorCode?: string
  /** What Auth0 says about it, scrubbed. */
  readonly text?: string
  readonly cause?: unknown
}

/** The tenant refused a request, or did not answer it. */
export class ManagementError extends SetupError {
  readonly status: number | undefined
  readonly errorCode: string | undefined

  constructor(refusal: ManagementRefusal) {
    const { method, path, status, errorCode, text } = refusal
    const answer =
      status === undefined
        ? 'got no usable answer'
        : `was answered ${[status, errorCode].filter((part) => part !== undefined).join(' ')}`
    const words = text === undefined ? '' : ` (“${text}”)`
    super(`${method} ${path} ${answer}${words}.`, hintFor(refusal), refusal.cause)
    this.name = 'ManagementError'
    this.status = status
    this.errorCode = errorCode
  }
}

function hintFor({ method, path, status, errorCode }: ManagementRefusal): string {
  if (path === '/oauth/token') return MACHINE_CLIENT
  if (status === undefined) {
    const check = 'Check the domain (--domain) and the connection to it.'
    return method === 'GET'
      ? check
      : `${check} The write may have been made all the same: run the command again, it looks first.`
  }
  if (status === 401) {
    return "Use a fresh Management API token of this very tenant: the token's audience has to be the tenant's own domain, not a custom one."
  }
  if (status === 403 && errorCode === 'insufficient_scope') {
    return `Give the Management API token the ${scopesFor(method, path)} (all that is needed: docs/auth0.md) and run the command again.`
  }
  if (status === 403 && path.startsWith('/api/v2/token-exchange-profiles')) {
    return "The tenant's plan has no Custom Token Exchange. Take another plan, or On-Behalf-Of: leave --profile out."
  }
  if (status === 403) {
    return "The tenant's plan does not allow it, or a limit of the plan is reached: see Dashboard, Settings, Quota Utilization."
  }
  if (status === 429) return 'Wait a minute and run the command again: it goes on where it stopped.'
  if (status >= 500) return 'Auth0 has a problem (status.auth0.com). Run the command again later.'
  if (status < 400) return 'A redirect is not followed. Give the domain of the tenant itself.'
  if (path === '/api/v2/tenants/settings') {
    return 'Auth0 does not take this change. If the plan of the tenant lacks client ID metadata documents, choose otherwise by --clients.'
  }
  return "Auth0 does not take this change. Check in the Dashboard whether the tenant has the feature, and the tenant's log at this time."
}

const MACHINE_CLIENT =
  "Check AUTH0_MANAGEMENT_CLIENT_ID and its secret. The client has to be a machine-to-machine application that is authorized for the Auth0 Management API (Dashboard, Applications, APIs, Auth0 Management API), and the domain has to be the tenant's own, not a custom one."
