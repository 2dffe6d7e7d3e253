import { confirmationPath } from './confirmation-page.js'

/** Where people come back to from signing in on the page: the callback URL to register at the authorization server. */
export function confirmationCallback(endpoint: URL): URL {
  return new URL(`${confirmationPath(endpoint)}/callback`, endpoint)
}
