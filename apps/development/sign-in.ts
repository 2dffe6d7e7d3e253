/** What `signIn` is to do. */
export interface SignInOptions {
  /** The authorization request, as a client would open it in a browser. */
  readonly authorizationUrl: string | URL
  /** `username` of the user whose button is pressed. */
  readonly username: string
  /** The answer to the consent page, if it is shown. Defaults to `allow`. */
  readonly consent?: 'allow' | 'deny' | undefined
  /** Defaults to the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
}

export type SignInErrorCode = 'unknown_user' | 'refused' | 'unexpected_page' | 'too_many_steps'

/** A sign-in that led nowhere; branch on `code`. */
export class SignInError extends Error {
  readonly code: SignInErrorCode

  constructor(code: SignInErrorCode, message: string) {
    super(message)
    this.name = 'SignInError'
    this.code = code
  }
}

const MAX_STEPS = 20

interface Step {
  readonly url: URL
  readonly form?: URLSearchParams | undefined
}

/**
 * Signs a user in at the development authorization server, without a browser.
 *
 * Goes through the real pages over HTTP: keeps cookies, presses the user's button, answers the
 * consent page, follows redirects as long as they stay on the authorization server's origin.
 *
 * Returns where the server sends the user at the end: the client's callback with `code`, `state` and
 *   `iss`, or with `error`. That address is not called.
 * Throws `SignInError`: `unknown_user`, `refused` when the server shows an error page,
 *   `unexpected_page` for any other page, `too_many_steps` for a circle.
 */
export async function signIn(options: SignInOptions): Promise<URL> {
  const start = new URL(options.authorizationUrl)
  const send = options.fetch ?? globalThis.fetch
  const cookies = new CookieJar()
  let step: Step = { url: start }

  for (let count = 0; count < MAX_STEPS; count += 1) {
    const response = await send(step.url, requestFor(step, cookies))
    cookies.keep(response, step.url)
    const location = response.headers.get('location')
    if (location !== null) {
      await response.body?.cancel()
      const target = new URL(location, step.url)
      if (target.origin !== start.origin) return target
      step = { url: target }
    } else {
      step = answerPage(await response.text(), step.url, options)
    }
  }
  throw new SignInError('too_many_steps', `No end after ${MAX_STEPS} pages and redirects`)
}

function requestFor({ url, form }: Step, cookies: CookieJar): RequestInit {
  const headers = { accept: 'text/html', cookie: cookies.headerFor(url) }
  return form === undefined
    ? { headers, redirect: 'manual' }
    : { method: 'POST', headers, body: form, redirect: 'manual' }
}

function answerPage(page: string, url: URL, options: SignInOptions): Step {
  const name = firstMatch(page, /<html[^>]*\sdata-page="([^"]*)"/) ?? 'foreign'
  switch (name) {
    case 'sign-in':
      return press(page, url, { name: 'username', value: options.username })
    case 'consent':
      return press(page, url, { name: 'decision', value: options.consent ?? 'allow' })
    case 'error': {
      const error = firstMatch(page, /<code data-error>([^<]*)</) ?? 'unknown'
      const description = firstMatch(page, /<p data-description>([^<]*)</)
      const reason = [error, description].filter((part) => part !== undefined).join(': ')
      throw new SignInError('refused', `The authorization server refused: ${reason}`)
    }
    default:
      throw new SignInError(
        'unexpected_page',
        `${url.origin}${url.pathname} is no page of the development authorization server`,
      )
  }
}

function press(
  page: string,
  url: URL,
  button: { readonly name: string; readonly value: string },
): Step {
  const values = [...page.matchAll(/<button[^>]*\sname="([^"]*)"\s+value="([^"]*)"/g)].flatMap(
    ([, name, value]) => (name === button.name && value !== undefined ? [unescape(value)] : []),
  )
  if (!values.includes(button.value)) {
    throw button.name === 'username'
      ? new SignInError(
          'unknown_user',
          `There is no user ${button.value}; known users: ${values.join(', ')}`,
        )
      : new SignInError('unexpected_page', `The page has no button ${button.value}`)
  }
  const action = firstMatch(page, /<form[^>]*\saction="([^"]*)"/)
  if (action === undefined) throw new SignInError('unexpected_page', 'The page has no form')
  return { url: new URL(action, url), form: new URLSearchParams([[button.name, button.value]]) }
}

function firstMatch(page: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(page)?.[1]
  return match === undefined ? undefined : unescape(match)
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}

interface Cookie {
  readonly value: string
  readonly path: string
}

/** The cookies of one origin, by name and path. Enough for one sign-in; lifetimes do not matter. */
class CookieJar {
  readonly #cookies = new Map<string, Cookie>()

  keep(response: Response, url: URL): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const separator = pair.indexOf('=')
      const name = pair.slice(0, separator)
      const path =
        attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ??
        url.pathname
      const key = `${name};${path}`
      const value = pair.slice(separator + 1)
      if (value === '') this.#cookies.delete(key)
      else this.#cookies.set(key, { value, path })
    }
  }

  headerFor({ pathname }: URL): string {
    return [...this.#cookies]
      .filter(([, { path }]) => matchesPath(pathname, path))
      .map(([key, { value }]) => `${key.slice(0, key.indexOf(';'))}=${value}`)
      .join('; ')
  }
}

/** Path matching of RFC 6265 §5.1.4. */
function matchesPath(pathname: string, path: string): boolean {
  return pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
}
