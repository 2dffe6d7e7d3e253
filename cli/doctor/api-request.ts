import type { Secret } from '../../src/secret.js'
import { USER_AGENT } from '../../src/version.js'
import { CHECK_TIMEOUT_MS, type Deployment } from './deployment.js'

/** Sends one GET to the API and gives the status; `undefined` where no answer came. Reads no body. */
export async function statusOfApi(
  { config, fetch }: Deployment,
  path: string,
  token?: Secret,
): Promise<number | undefined> {
  try {
    const response = await fetch(apiUrl(config.api.baseUrl, path), {
      redirect: 'manual',
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      headers: {
        'user-agent': USER_AGENT,
        ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
      },
    })
    await response.body?.cancel().catch(() => undefined)
    return response.status
  } catch {
    return undefined
  }
}

/** The URL of a path of the API; never another origin, whatever the path says. */
export function apiUrl(base: URL, path: string): URL {
  const url = new URL(base)
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`
  return url
}
