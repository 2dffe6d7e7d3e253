import { randomBytes } from 'node:crypto'
import express, { type Request, type Response, type Router } from 'express'
import {
  parseAuthorizationRequest,
  parseCallback,
  type AuthorizationRequest,
  type Callback,
} from './authorization-request.js'
import type { AuthorizationServer, UserGrant } from './authorization-server.js'
import { formBody } from './form-body.js'
import { OAuthRefusal } from './oauth-refusal.js'
import { faultPage, signInPage, type RenderedPage } from './sign-in-pages.js'
import { SingleUseStore } from './single-use-store.js'

/** What an authorization code stands for. */
export interface GrantedCode {
  readonly grant: UserGrant
  readonly redirectUri: string
  readonly codeChallenge: string
}

interface OpenSignIn {
  readonly request: AuthorizationRequest
  /** The cookie of the browser in which it began: no other site can send the form. */
  readonly cookie: string
}

const SIGN_IN_SECONDS = 600

/** Serves the authorization endpoint and the sign-in page behind it; there is no consent page. */
export function signInRoutes(
  server: AuthorizationServer,
  codes: SingleUseStore<GrantedCode>,
): Router {
  const router = express.Router()
  const open = new SingleUseStore<OpenSignIn>({
    lifetimeSeconds: SIGN_IN_SECONDS,
    now: server.now,
  })
  router.get(server.paths.authorize, (req, res, next) => {
    authorize(server, open, { req, res }).catch(next)
  })
  router.get(`${server.paths.signIn}/:id`, (req, res) => {
    const { id } = req.params
    const found = open.peek(id)
    if (found === undefined) showFault(server, res, OVER)
    else {
      const { users, title, paths } = server
      const action = `${paths.signIn}/${id}`
      send(res, signInPage({ title, users, request: found.request, action }), 200)
    }
  })
  router.post(`${server.paths.signIn}/:id`, formBody, (req, res) => {
    signIn(server, { open, codes }, { req, res })
  })
  return router
}

interface Exchange {
  readonly req: Request
  readonly res: Response
}

async function authorize(
  server: AuthorizationServer,
  open: SingleUseStore<OpenSignIn>,
  { req, res }: Exchange,
): Promise<void> {
  const query = new URL(req.originalUrl, server.origin).searchParams
  let callback: Callback | undefined
  try {
    callback = await parseCallback(server.findClient, query)
    const request = parseAuthorizationRequest(callback, query)
    server.checkAuthorization(request)
    const cookie = randomBytes(16).toString('base64url')
    const path = `${server.paths.signIn}/${open.put({ request, cookie })}`
    res.cookie(COOKIE, cookie, { httpOnly: true, sameSite: 'lax', path })
    redirect(res, path)
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error
    if (callback === undefined) showFault(server, res, error)
    else {
      const { body } = server.describe(error)
      respond(server, res, callback, {
        error: textOf(body['error']),
        error_description: textOf(body['error_description']),
      })
    }
  }
}

const COOKIE = 'stand-in-sign-in'

function signIn(
  server: AuthorizationServer,
  stores: {
    readonly open: SingleUseStore<OpenSignIn>
    readonly codes: SingleUseStore<GrantedCode>
  },
  { req, res }: Exchange,
): void {
  const id = String(req.params['id'])
  const found = stores.open.peek(id)
  if (found === undefined || !cookiesOf(req).includes(`${COOKIE}=${found.cookie}`)) {
    showFault(server, res, OVER)
    return
  }
  const username = (req.body as URLSearchParams).get('username')
  const user = server.users.find((candidate) => candidate.username === username)
  if (user === undefined) {
    showFault(server, res, NO_SUCH_USER)
    return
  }
  stores.open.take(id)
  const { redirectUri, codeChallenge, client, scopes, resource, nonce, claims } = found.request
  const grant = { user, client, scopes, resource, nonce, claims }
  const code = stores.codes.put({ grant, redirectUri, codeChallenge })
  respond(server, res, found.request, { code })
}

const OVER = new OAuthRefusal({
  error: 'invalid_request',
  description: 'This sign-in is over, or was begun in another browser. Start it again.',
})

const NO_SUCH_USER = new OAuthRefusal({
  error: 'invalid_request',
  description: 'there is no such user',
})

function respond(
  server: AuthorizationServer,
  res: Response,
  { redirectUri, state }: Callback,
  answer: Readonly<Record<string, string>>,
): void {
  const target = new URL(redirectUri)
  const iss = server.sendsIss ? { iss: server.issuer } : {}
  for (const [name, value] of Object.entries({
    ...answer,
    ...(state === undefined ? {} : { state }),
    ...iss,
  })) {
    target.searchParams.append(name, value)
  }
  redirect(res, target.href)
}

function showFault(server: AuthorizationServer, res: Response, refusal: OAuthRefusal): void {
  const { body } = server.describe(refusal)
  const page = faultPage(server.title, {
    error: textOf(body['error']),
    description: textOf(body['error_description']),
  })
  send(res, page, 400)
}

function send(res: Response, { headers, text }: RenderedPage, status: number): void {
  res.status(status).set(headers).send(text)
}

function redirect(res: Response, location: string): void {
  res.status(303).set({ location, 'cache-control': 'no-store' }).end()
}

function cookiesOf(req: Request): readonly string[] {
  return (req.headers.cookie ?? '').split(';').map((pair) => pair.trim())
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
