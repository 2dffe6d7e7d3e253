import type { RequestHandler } from 'express'
import { pageHeaders, renderPage } from '../../shared/page.js'
import { html } from '../../../src/pages/html.js'
import { noticeOf } from './sign-in-pages.js'
import type { StandInUser } from './stand-in-user.js'

export interface StandInFrontPageOptions {
  /** Whose stand-in it is. */
  readonly title: string
  readonly issuer: string
  readonly users: readonly StandInUser[]
  /** The client as which the token program signs users in. */
  readonly commandLineClient: string
  /** Who has which scopes, as clients ask for them. */
  readonly resourceServers: readonly {
    readonly identifier: string
    readonly scopes: readonly string[]
  }[]
}

/** What the page says to a program that asks for JSON. */
export interface StandInDocument {
  readonly issuer: string
  readonly command_line_client: string
  readonly resource_servers: StandInFrontPageOptions['resourceServers']
}

/** Says at `/` what this server is; a program that asks for JSON gets what it needs to sign a user in. */
export function standInFrontPage(options: StandInFrontPageOptions): RequestHandler {
  const { title, issuer, users, commandLineClient, resourceServers } = options
  const page = renderPage({
    name: 'front',
    title: `Stand-in for ${title}`,
    notice: noticeOf(title),
    body: html`
      <h1>Stand-in for ${title}</h1>
      <p>You sign in here when an MCP client sends you.</p>
      <dl>
        <dt>Issuer</dt>
        <dd><code>${issuer}</code></dd>
        <dt>Users</dt>
        <dd>${users.map(({ username }) => username).join(', ')}</dd>
      </dl>
    `,
  })
  return function showStandInFrontPage(req, res) {
    res.vary('accept')
    if (req.accepts(['html', 'json']) === 'json') {
      const document: StandInDocument = {
        issuer,
        command_line_client: commandLineClient,
        resource_servers: resourceServers,
      }
      res.json(document)
      return
    }
    res.set(pageHeaders()).send(page)
  }
}
