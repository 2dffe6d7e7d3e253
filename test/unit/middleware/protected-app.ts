import express, { type Express, type RequestHandler } from 'express'
import { errorHandler } from '../../../middleware/error-handler.js'
import { createAuthInfo } from '../../../src/identity/auth-context.js'
import { callerFromClaims } from '../../../src/identity/caller.js'
import { Secret } from '../../../src/secret.js'
import { RecordingLog } from '../../helpers/recording-log.js'

export const ENDPOINT = new URL('http://mcp.example/mcp')

/** Stands where `requireBearerAuth` does; the token has been verified. */
export function signedInAs(subject: string): RequestHandler {
  const claims = { iss: 'https://as.example/', sub: subject, client_id: 'c', exp: 4_000_000_000 }
  return (req, _res, next) => {
    const auth = createAuthInfo({
      caller: callerFromClaims(claims),
      subjectToken: new Secret('subject-token'),
      requestId: 'r',
      resource: ENDPOINT.href,
      challenges: { resourceMetadataUrl: ENDPOINT },
    })
    Object.assign(req, { auth })
    next()
  }
}

export interface SmallApp {
  readonly app: Express
  readonly log: RecordingLog
  /** The fields of the last refusal in the log. */
  readonly refusal: () => Readonly<Record<string, unknown>> | undefined
}

/** An app with the handlers in this order and the error handler of the library behind them. */
export function appOf(...handlers: readonly RequestHandler[]): SmallApp {
  const log = new RecordingLog()
  const app = express()
  for (const handler of handlers) app.use(handler)
  app.use(errorHandler({ resourceMetadataUrl: ENDPOINT, log }))
  return { app, log, refusal: () => log.named('request_refused').at(-1)?.fields }
}

/** Ends a request with 200 and the body as the handler sees it. */
export const echo: RequestHandler = (req, res) => {
  res.json({ body: (req.body as unknown) ?? null })
}
