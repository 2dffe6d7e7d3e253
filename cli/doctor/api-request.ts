import { withoutUndefined } from '../../src/options/without-undefined.js'
import type { Secret } from '../../src/secret.js'
import { USER_AGENT } from '../../src/version.js'
import { CHECK_TIMEOUT_MS, type Deployment } from './deployment.js'
import { networkFault, type NetworkFault } from './network-fault.js'
import { redirectTarget } from './redirect-target.js'

/** How the API answered, or why it did not. */
export type ApiAnswer =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** Where a redirect leads to. */
      readonly location: string | undefined
    }
  | { readonly kind: 'silent'; readonly fault: NetworkFault }

/** Sends one GET to the API. Follows no redirect and reads no body. */
export async function askApi(
  { fetch }: Pick<Deployment, 'fetch'>,
  url: URL,
  token?: Secret,
): Promise<ApiAnswer> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      headers: {
        'user-agent': USER_AGENT,
        ...withoutUndefined({ authorization: token && `Bearer ${token.reveal()}` }),
      },
    })
    await response.body?.cancel().catch(() => undefined)
    return { kind: 'answered', status: response.status, location: redirectTarget(response, url) }
  } catch (error) {
    return { kind: 'silent', fault: networkFault(error, url) }
  }
}

/** The URL of a path of the API; never another origin, whatever the path says. */
export function apiUrl(base: URL, path: string): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
  return url
}
