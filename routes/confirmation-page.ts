import { Router, urlencoded, type Request, type RequestHandler, type Response } from 'express'
import { requestIdOf } from '../middleware/request-context.js'
import {
  ConfirmationDesk,
  type DeskRequest,
  type SessionsOfPages,
} from '../src/confirmation/confirmation-desk.js'
import { confirmationCallback } from '../src/confirmation/confirmation-callback.js'
import { confirmationPath } from '../src/confirmation/confirmation-page.js'
import { PendingCalls } from '../src/confirmation/pending-calls.js'
import { EXCHANGE_DEFAULTS } from '../src/exchange/exchange-defaults.js'
import { TOKEN_DEFAULTS } from '../src/identity/token-defaults.js'
import { describeError } from '../src/logging/describe-error.js'
import { logEvent } from '../src/logging/log-event.js'
import { silentLog, type Logger } from '../src/logging/logger.js'
import { assertOptions } from '../src/options/assert-options.js'
import { CARD_PAGE_HEADERS } from '../src/pages/card-page.js'
import {
  callPage,
  faultPage,
  placesPage,
  sessionOverPage,
  signedOutPage,
  unknownCallPage,
  type PageFault,
} from '../src/pages/confirmation-pages.js'
import { readCookie, setCookie } from '../src/sign-in/cookies.js'
import { PageSessions } from '../src/sign-in/page-sessions.js'
import { PageSignIn, SignInError } from '../src/sign-in/page-sign-in.js'
import { SharedPageSessions } from '../src/sign-in/shared-page-sessions.js'
import { StoreUnavailableError } from '../src/store/store.js'
import {
  CONFIRMATION_PAGE_ROUTE_OPTIONS,
  type ConfirmationPageRouteOptions,
} from './confirmation-page-options.js'

export type { ConfirmationPageRouteOptions } from './confirmation-page-options.js'

const SESSION = 'mcp-confirm'
const SIGN_IN = 'mcp-confirm-sign-in'
const MAX_FORM_BYTES = 4_096
const STATUS: Readonly<Record<PageFault, number>> = {
  ...{ not_begun_here: 400, refused: 403, unavailable: 503, too_many: 503, untrusted: 403 },
  ...{ untrusted_form: 403, unreadable_form: 400, internal: 500, store_unavailable: 503 },
}

/**
 * Serves the pages on which people approve calls, at `confirm/<id>` beside the MCP endpoint, and takes their forms. People sign in by
 * the authorization code flow; the callback is `confirm/callback`.
 *
 * Mount it behind `guard`, which limits requests by address. A call of another user is answered like one that does not exist. Sessions
 * are where the calls of `page` are. Throws a `TypeError` for unusable options.
 *
 * @category Routes
 * @example
 * const page = createConfirmationPage({ endpoint })
 * const confirmation = createConfirmation({ page, pageUse: 'always' })
 * app.use(guard, confirmationPageRoute({ page, issuers: [createIssuer({ issuer })], client: { id, secret } }))
 */
export function confirmationPageRoute(options: ConfirmationPageRouteOptions): Router {
  assertOptions('confirmationPageRoute', CONFIRMATION_PAGE_ROUTE_OPTIONS, options)
  const skin = new PageSkin(options)
  const path = confirmationPath(options.page.endpoint)
  const router = Router({ strict: true, caseSensitive: true })
  const show = skin.handler((req, res) => skin.show(req, res))
  const callback = skin.handler((req, res) => skin.callback(req, res))
  const decide = skin.handler((req, res) => skin.decide(req, res))
  router.get(`${path}/callback`, callback)
  router.get(`${path}/:id`, show)
  router.post(`${path}/:id`, skin.form, decide)
  return router
}

type Handle = (req: Request, res: Response) => Promise<void>

/** Translates between Express and the desk. */
class PageSkin {
  readonly #options: ConfirmationPageRouteOptions
  readonly #secure: boolean
  readonly #sessions: SessionsOfPages
  readonly #desk: ConfirmationDesk
  readonly #signIn: PageSignIn
  readonly #log: Logger
  readonly #parse: RequestHandler = urlencoded({
    ...{ extended: false, limit: MAX_FORM_BYTES, parameterLimit: 10 },
  })

  constructor(options: ConfirmationPageRouteOptions) {
    const { page, client, log = silentLog, fetch = globalThis.fetch } = options
    const { pending, lifetimeMs, clock, endpoint, shared } = page
    this.#options = options
    this.#log = log
    this.#secure = endpoint.protocol === 'https:'
    this.#sessions =
      shared === undefined
        ? new PageSessions({ lifetimeMs, clock })
        : new SharedPageSessions({ ...shared, lifetimeMs, clock })
    const { revocation } = options
    this.#desk = new ConfirmationDesk({ pending, sessions: this.#sessions, log, revocation })
    this.#signIn = new PageSignIn({
      ...{ issuers: options.issuers, clientId: client.id, fetch, clock, lifetimeMs },
      keys: shared?.keys,
      redirectUri: confirmationCallback(endpoint),
      authentication: () => ('authentication' in client ? client.authentication.current() : client),
      clockToleranceSeconds: options.clockToleranceSeconds ?? TOKEN_DEFAULTS.clockToleranceSeconds,
      timeoutMs: options.timeoutMs ?? EXCHANGE_DEFAULTS.timeoutMs,
      dangerouslyAllowHttp: options.dangerouslyAllowHttp,
      claimProfile: options.claimProfile,
      primaryIssuers: options.primaryIssuers,
    })
  }

  /** Whatever fails is a page. */
  handler(handle: Handle): RequestHandler {
    return async (req, res) => {
      try {
        await handle(req, res)
      } catch (error) {
        this.#failed(req, res, error)
      }
    }
  }

  readonly form: RequestHandler = (req, res, next) => {
    this.#parse(req, res, (failure?: unknown) => {
      if (failure === undefined) next()
      else this.#fault(res, 'unreadable_form')
    })
  }

  async show(req: Request, res: Response): Promise<void> {
    const request = await this.#request(req)
    const answer = await this.#desk.show(request)
    if (answer.kind === 'sign_in') await this.#startSignIn(req, res, request.id)
    else if (answer.kind === 'call') {
      const { call, session, token } = answer
      send(res, 200, callPage(call, { name: session.name, token }))
    } else {
      const { session, token = '' } = answer
      send(res, 404, unknownCallPage(session && { name: session.name, token }))
    }
  }

  async decide(req: Request, res: Response): Promise<void> {
    const request = await this.#request(req)
    if (!this.#isOwnForm(req)) {
      this.#fault(res, 'untrusted_form')
      return
    }
    const { action, token } = (req.body ?? {}) as Readonly<Record<string, unknown>>
    const answer = await this.#desk.decide(request, { action, token })
    if (answer === 'untrusted') this.#fault(res, 'untrusted_form')
    else if (answer === 'sign_in') send(res, 403, sessionOverPage())
    else if (answer === 'signed_out') {
      this.#setCookies(res, [[SESSION, '', 0]])
      send(res, 200, signedOutPage())
    } else redirect(res, PendingCalls.isId(request.id) ? this.#urlOf(request.id) : undefined)
  }

  async callback(req: Request, res: Response): Promise<void> {
    const { search } = new URL(req.originalUrl, this.#options.page.endpoint)
    const sealed = this.#cookie(req, SIGN_IN)
    const ended = await this.#signIn.finish(new URLSearchParams(search), sealed)
    const { user, name, signIn, returnTo } = ended
    // The browser would be sent to sign in again and again.
    if (!(await this.#desk.counts(signIn))) throw new SignInError('refused')
    // The cookie that came may have been put there by somebody else.
    await this.#sessions.end(this.#cookie(req, SESSION))
    const session = await this.#sessions.open({ user, name, signIn })
    if (session === undefined) throw new SignInError('too_many')
    this.#setCookies(res, [
      [SIGN_IN, '', 0],
      [SESSION, session.id, this.#options.page.lifetimeMs / 1_000],
    ])
    redirect(res, this.#urlOf(returnTo))
  }

  async #startSignIn(req: Request, res: Response, id: string): Promise<void> {
    const { places } = this.#signIn
    const { at, again } = req.query
    if (places.length > 1 && typeof at !== 'string') {
      send(res, 200, placesPage(places))
      return
    }
    const place = typeof at === 'string' && /^\d{1,2}$/.test(at) ? Number(at) : 0
    const started = await this.#signIn.start(id, { place, again: again !== undefined })
    this.#setCookies(res, [[SIGN_IN, started.sealed, this.#options.page.lifetimeMs / 1_000]])
    redirect(res, started.location)
  }

  /** Browsers name the origin of each form that they send. A page of this server is the only one that may. */
  #isOwnForm({ headers }: Request): boolean {
    const site = headers['sec-fetch-site']
    const isOwn = headers.origin === this.#options.page.endpoint.origin
    return isOwn && (site === undefined || site === 'same-origin')
  }

  async #request(req: Request): Promise<DeskRequest> {
    const { id } = req.params
    const session = await this.#desk.sessionOf(this.#cookie(req, SESSION))
    return { id: typeof id === 'string' ? id : '', session, requestId: requestIdOf(req) }
  }

  #failed(req: Request, res: Response, error: unknown): void {
    const fault = faultOf(error)
    const isOurs = fault !== 'not_begun_here' && fault !== 'refused'
    logEvent(this.#log, isOurs ? 'warn' : 'info', {
      event: 'confirmation_sign_in_failed',
      reason: fault,
      requestId: requestIdOf(req),
      err: describeError(error instanceof SignInError ? error.cause : error),
    })
    if (!res.headersSent) this.#fault(res, fault)
  }

  #fault(res: Response, fault: PageFault): void {
    send(res, STATUS[fault], faultPage(fault))
  }

  #urlOf(id: string): string {
    return this.#options.page.urlOf(id).href
  }

  #cookie({ headers }: Request, name: string): string | undefined {
    return readCookie(headers.cookie, name, this.#secure)
  }

  #setCookies(
    res: Response,
    cookies: readonly (readonly [name: string, value: string, maxAgeSeconds: number])[],
  ): void {
    const secure = this.#secure
    const lines = cookies.map(([name, value, maxAgeSeconds]) =>
      setCookie(name, value, { secure, maxAgeSeconds }),
    )
    res.setHeader('Set-Cookie', lines)
  }
}

function faultOf(error: unknown): PageFault {
  if (error instanceof SignInError) return error.fault
  return error instanceof StoreUnavailableError ? 'store_unavailable' : 'internal'
}

function send(res: Response, status: number, markup: string): void {
  res.status(status).set(CARD_PAGE_HEADERS).send(markup)
}

/** `undefined`: an address that cannot have a page. */
function redirect(res: Response, location: string | undefined): void {
  if (location === undefined) send(res, 404, unknownCallPage(undefined))
  else res.status(303).set(CARD_PAGE_HEADERS).setHeader('Location', location).end()
}
