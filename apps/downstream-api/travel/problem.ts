import type { ErrorRequestHandler, Response } from 'express'
import type { z } from 'zod'

/** What an answer says about a request that was refused (RFC 9457). */
export interface Problem {
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors?: readonly { readonly name: string; readonly detail: string }[] | undefined
}

export function sendProblem(res: Response, problem: Problem): void {
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

/** Says what is wrong with a query or a body, every fault at once. */
export function invalid({ issues }: z.ZodError): Problem {
  return {
    status: 400,
    title: 'Invalid request',
    detail: 'Some of what was sent cannot be used.',
    errors: issues.map(({ path, message }) => ({ name: path.join('.'), detail: message })),
  }
}

/** Answers what the body parser refuses; passes on every other error. */
export const unreadableBody: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown }
  if (typeof status !== 'number' || status >= 500 || typeof type !== 'string') {
    next(error)
    return
  }
  sendProblem(res, {
    status: 400,
    title: 'Invalid request',
    detail: 'The body must be a JSON object of at most 10 kB.',
  })
}
