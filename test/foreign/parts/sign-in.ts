import type { Session } from './session.js'

/**
 * Does at glewlwyd what its sign-in page does for somebody who consents to everything: grants the scopes, and goes on.
 *
 * Returns the client's callback, which is not called. Throws when glewlwyd sends the browser elsewhere, or when the callback
 * brings an error.
 */
export async function signIn(authorizationUrl: URL, session: Session): Promise<URL> {
  const page = await followed(session, authorizationUrl)
  const back = page.searchParams.get('callback_url')
  if (back === null) throw new Error(`glewlwyd shows no sign-in page, but ${page.href}`)
  const client = encodeURIComponent(page.searchParams.get('client_id') ?? '')
  await session.request('PUT', `/api/auth/grant/${client}/`, {
    scope: page.searchParams.get('scope'),
  })
  // The sign-in page says in this way that the user has seen it.
  const callback = await followed(session, new URL(`${back}&g_continue`))
  if (callback.searchParams.has('code')) return callback
  throw new Error(`glewlwyd gave no code: ${callback.search}`)
}

async function followed(session: Session, url: URL): Promise<URL> {
  const response = await session.send('GET', url.href)
  const location = response.headers.get('location')
  if (location === null) throw new Error(`glewlwyd sends nowhere: ${response.status}`)
  return new URL(location, url)
}
