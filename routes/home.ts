import { createHash } from 'node:crypto'
import { Router } from 'express'
import { z } from 'zod'
import { renderHomePage } from '../src/pages/home-page.js'
import type { HomePageModel } from '../src/pages/home-page-model.js'
import { assertOptions } from '../src/options/assert-options.js'

/** What the page at `/` says. */
export type HomePageOptions = HomePageModel

const OPTIONS = z.object({
  endpoint: z
    .instanceof(URL, { error: 'must be a URL' })
    .refine(({ pathname }) => pathname !== '/', {
      error: 'must not be at "/": the page would stand in front of the MCP endpoint',
    }),
  name: z.string().trim().min(1, 'must say what the server is called'),
  healthUrl: z.instanceof(URL, { error: 'must be a URL' }).optional(),
})

/**
 * Answers GET and HEAD at exactly `/` with a page for people: the server, its tools, and how to connect and sign in.
 * Every other request passes.
 *
 * The page is public and names every given tool. It is rendered once, from the options alone, and has a
 * Content-Security-Policy of its own. Throws a `TypeError` for unusable options, such as an endpoint at `/`.
 *
 * @category Routes
 */
export function homePageRoute(options: HomePageOptions): Router {
  assertOptions('homePageRoute', OPTIONS, options)
  const { markup, contentSecurityPolicy } = renderHomePage(options)
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': contentSecurityPolicy,
    'Cache-Control': 'no-cache',
    ETag: `"${createHash('sha256').update(markup).digest('base64url')}"`,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  }
  const router = Router({ strict: true })
  router.get('/', (_req, res) => {
    res.set(headers).send(markup)
  })
  return router
}
