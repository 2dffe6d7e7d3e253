import { signIn } from '../../apps/development/sign-in.js'
import type { Fetch } from '../../src/http/fetch-json.js'

/** An answer of a page, read whole. */
export interface PageAnswer {
  readonly status: number
  readonly headers: Headers
  readonly location: string | undefined
  readonly body: string
  /** `data-page`. */
  readonly page: string | undefined
  /** What the forms of the page bring along. */
  readonly token: string | undefined
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>
  readonly method?: string
  readonly body?: URLSearchParams
}

/** A person's browser at the pages of an MCP server: keeps their cookies, and names its origin with each form. */
export class PageVisitor {
  readonly cookies = new Map<string, string>()
  readonly #origin: string
  readonly #fetch: Fetch

  constructor(origin: string, fetch: Fetch = globalThis.fetch) {
    this.#origin = origin
    this.#fetch = fetch
  }

  get(url: string | URL, headers: Readonly<Record<string, string>> = {}): Promise<PageAnswer> {
    return this.#send(url, { headers })
  }

  post(
    url: string | URL,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PageAnswer> {
    const own = { origin: this.#origin, 'sec-fetch-site': 'same-origin', ...headers }
    const set = Object.entries(own).filter(([, value]) => value !== '')
    const body = new URLSearchParams(form)
    return this.#send(url, { method: 'POST', body, headers: Object.fromEntries(set) })
  }

  /** Opens a page, signs in at the development authorization server, and arrives at the page. */
  async open(url: string | URL, username: string): Promise<PageAnswer> {
    return this.get((await this.callback(url, username)).location ?? '')
  }

  /** The same, up to the answer to the callback. */
  async callback(url: string | URL, username: string): Promise<PageAnswer> {
    return this.get(await this.callbackUrl(url, username))
  }

  /** The address at which the authorization server sends the browser back, not called yet. */
  async callbackUrl(url: string | URL, username: string): Promise<URL> {
    const { location = '' } = await this.get(url)
    return signIn({ authorizationUrl: location, username })
  }

  async #send(
    url: string | URL,
    { headers, method = 'GET', body: form }: Sent,
  ): Promise<PageAnswer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = cookie === '' ? headers : { ...headers, cookie }
    const response = await this.#fetch(url, {
      method,
      headers: sent,
      redirect: 'manual',
      body: form ?? null,
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    const body = await response.text()
    return {
      ...{ status: response.status, headers: response.headers, body },
      location: response.headers.get('location') ?? undefined,
      page: /data-page="([^"]*)"/.exec(body)?.[1],
      token: /name="token" value="([^"]*)"/.exec(body)?.[1],
    }
  }
}
