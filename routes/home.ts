import { createHash } from 'node:crypto'
import { Router } from 'express'
import { z } from 'zod'
import { renderHomePage } from '../src/pages/home-page.js'
import type { HomePageModel } from '../src/pages/home-page-model.js'
import { RESOURCE_SCHEMA } from '../src/http/protected-resource-metadata.js'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'

/** What the page at `/` says. */
export type HomePageOptions = HomePageModel

const OPTIONS = optionsSchema<HomePageOptions>({
  endpoint: optionValues.url.refine(({ pathname }) => pathname !== '/', {
    error: 'must not be at "/": the page would stand in front of the MCP endpoint',
  }),
  name: z
    .string('must say what the server is called')
    .trim()
    .min(1, 'must say what the server is called'),
  version: z.string('must be a text').optional(),
  healthUrl: optionValues.url.optional(),
  tokenCommand: z.string('must be a shell line').optional(),
  resource: RESOURCE_SCHEMA,
  tools: z.array(
    z.looseObject({
      name: optionValues.text('the name of the tool'),
      requiredScopes: optionValues.texts('a scope'),
    }),
    'must be a list of tools',
  ),
})

/**
 * Answers GET and HEAD at exactly `/` with a page for people: the server, its tools, and how to connect. Every other
 * request passes.
 *
 * The page is public and names every given tool. It is rendered once, from the options alone, with a
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
