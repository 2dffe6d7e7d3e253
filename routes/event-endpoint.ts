import type { Request, RequestHandler, Response } from 'express'
import { requestIdOf } from '../middleware/request-context.js'
import type { SendAgain } from '../src/revocation/receive-event.js'

/** What a sender of events is answered. */
export type EventAnswer<Refusal> = { readonly status: 200 | 202 } | Refusal | SendAgain

/** An endpoint that others send tokens of events to. */
export interface EventEndpoint<Refusal extends { readonly status: 400 }> {
  /** Reads the body. */
  readonly parse: RequestHandler
  /** Refuses a request whose body is not worth reading. Default: none. */
  readonly admit?: (req: Request) => Refusal | undefined
  /** `failure`: the body could not be read. */
  readonly answer: (
    req: Request,
    requestId: string,
    failure: unknown,
  ) => Promise<EventAnswer<Refusal>> | EventAnswer<Refusal>
  /** The body of a refusal. */
  readonly refusal: (refusal: Refusal) => object
}

/** Takes events by POST alone, and has nobody keep the answers. */
export function eventHandler<Refusal extends { readonly status: 400 }>(
  endpoint: EventEndpoint<Refusal>,
): RequestHandler {
  const send = (res: Response, answer: EventAnswer<Refusal>): void => {
    res.status(answer.status)
    if (answer.status === 503) res.set('Retry-After', String(answer.retryAfterSeconds))
    if (answer.status === 400) res.json(endpoint.refusal(answer))
    else res.end()
  }
  const answered = async (req: Request, failure: unknown): Promise<EventAnswer<Refusal>> =>
    endpoint.answer(req, requestIdOf(req), failure)
  return (req, res, next) => {
    res.setHeader('Cache-Control', 'no-store')
    if (req.method !== 'POST') {
      res.status(405).set('Allow', 'POST').end()
      return
    }
    const refusal = endpoint.admit?.(req)
    if (refusal !== undefined) {
      send(res, refusal)
      return
    }
    void endpoint.parse(req, res, (failure?: unknown) => {
      answered(req, failure).then((answer) => {
        send(res, answer)
      }, next)
    })
  }
}
