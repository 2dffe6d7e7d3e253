import type { RequestHandler } from 'express'
import { html } from '../../src/pages/html.js'
import { pageHeaders, renderPage } from '../shared/page.js'

export interface PageForBrowsersOptions {
  readonly issuer: string
  readonly audience: string
  readonly mcpServerPage?: URL | undefined
}

/** Answers a browser, which prefers HTML and sends no token, with a page; passes on every other request. */
export function pageForBrowsers(options: PageForBrowsersOptions): RequestHandler {
  const page = renderPage({
    name: 'api',
    title: 'Protected API',
    notice: html`<strong>Development only.</strong> This API trusts a server where anyone can sign
      in as anyone.`,
    body: body(options),
  })
  return function pageForBrowsersMiddleware(req, res, next) {
    if (req.headers.authorization !== undefined || req.accepts(['json', 'html']) !== 'html') {
      next()
      return
    }
    res.vary('Accept').set(pageHeaders()).send(page)
  }
}

function body({ issuer, audience, mcpServerPage }: PageForBrowsersOptions) {
  return html`
    <h1>Protected API</h1>
    <p>
      Programs call this API with an access token; a browser has none.
      ${
        mcpServerPage === undefined
          ? ''
          : html`<a href="${mcpServerPage.href}">The MCP server’s page</a> says how to connect a
              client whose tools call it.`
      }
    </p>
    <dl>
      <dt>Tokens have to be for</dt>
      <dd><code>${audience}</code></dd>
      <dt>Tokens have to come from</dt>
      <dd><code>${issuer}</code></dd>
    </dl>
  `
}
