import { html, type Html } from '../../src/pages/html.js'
import type { Directory } from './directory.js'
import { pageHeaders, renderPage } from './interactions/page.js'
import type { ServerMiddleware } from './provider-middleware.js'

const TEXT = 'Development authorization server. Sign-in begins at your MCP client.\n'

export interface FrontPageOptions {
  readonly issuer: string
  readonly directory: Directory
  /** The MCP server's page for people. Without it the page links to none. */
  readonly mcpServerPage: URL | undefined
}

/** What the page at `/` says to a program that asks for JSON. */
export interface FrontPageDocument {
  readonly resource_servers: readonly {
    readonly identifier: string
    readonly scopes: readonly string[]
  }[]
}

/**
 * Creates the middleware that says at `/` what this server is: a page for a browser, a line of plain text for everybody
 * else. A program that asks for JSON gets a `FrontPageDocument`: the scopes of each API.
 */
export function frontPage(options: FrontPageOptions): ServerMiddleware {
  const page = renderPage({
    name: 'front',
    title: 'Development authorization server',
    body: body(options),
  })
  const scopes = documentOf(options.directory)
  return async function showFrontPage(ctx, next) {
    if (ctx.path !== '/' || !['GET', 'HEAD'].includes(ctx.method)) return next()
    ctx.vary('Accept')
    const form = ctx.accepts('text/plain', 'html', 'json')
    if (form === 'html') {
      ctx.set(pageHeaders())
      ctx.body = page
      return
    }
    ctx.set('x-content-type-options', 'nosniff')
    if (form === 'json') {
      ctx.body = scopes
      return
    }
    ctx.type = 'text/plain'
    ctx.body = TEXT
  }
}

function documentOf({ resource_servers: apis }: Directory): FrontPageDocument {
  return {
    resource_servers: apis.map(({ identifier, scopes }) => ({
      identifier,
      scopes: scopes.map(({ value }) => value),
    })),
  }
}

function body({ issuer, directory, mcpServerPage }: FrontPageOptions): Html {
  const users = directory.users.map((user) => user.username).join(', ')
  return html`
    <h1>Development authorization server</h1>
    <p>
      You sign in here when an MCP client sends you.
      ${
        mcpServerPage === undefined
          ? ''
          : html`<a href="${mcpServerPage.href}">The MCP server’s page</a> says how to connect one.`
      }
    </p>
    <dl>
      <dt>Issuer</dt>
      <dd><code>${issuer}</code></dd>
      <dt>Metadata</dt>
      <dd><a href="/.well-known/openid-configuration">openid-configuration</a></dd>
      <dt>Users</dt>
      <dd>${users}</dd>
    </dl>
  `
}
