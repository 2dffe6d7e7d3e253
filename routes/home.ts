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
 * Answers GET and HEAD at exactly `/` with a page for people: what this server is, how to connect a client, its
 * tools and where one signs in. Everything else passes by.
 *
 * The page is rendered once, from its options alone, so nothing of a request gets into it; it is public, and names
 * every tool it is given. It runs under its own Content-Security-Policy, in place of the one `securityHeaders` set.
 * Browsers keep it and ask each time whether it still holds. Throws a `TypeError` for options that cannot be used,
 * an MCP endpoint at `/` among them.
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
