import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MemoryOAuthProvider } from '../../apps/development/memory-oauth-provider.js'

/** An MCP client's side of a sign-in in a browser: a loopback callback, as desktop clients have it (RFC 8252 §7.3). */
export class BrowserOAuthProvider extends MemoryOAuthProvider {
  #authorizationUrl: URL | undefined

  constructor(redirectUrl: string) {
    super({ redirectUrl, clientName: 'Browser test client' })
  }

  redirectToAuthorization(authorizationUrl: URL): void {
    this.#authorizationUrl = authorizationUrl
  }

  /** The address that the client wants opened in a browser; throws when it has asked for none. */
  get authorizationUrl(): string {
    if (this.#authorizationUrl === undefined) throw new Error('the client asked for no sign-in')
    return this.#authorizationUrl.href
  }
}

export interface CallbackServer {
  readonly url: string
  /** The address of the first request to the callback. */
  readonly called: Promise<URL>
  close(): Promise<void>
}

/** Listens on loopback for the browser to come back from the authorization server. */
export async function listenForCallback(): Promise<CallbackServer> {
  const server = createServer()
  const called = new Promise<URL>((resolve) => {
    server.on('request', (req, res) => {
      const url = new URL(req.url ?? '/', 'http://127.0.0.1')
      if (url.pathname === '/callback') resolve(url)
      res.setHeader('Content-Type', 'text/html; charset=utf-8')
      res.end(
        '<!doctype html><html lang="en"><title>Back at the client</title><h1>Done</h1></html>',
      )
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/callback`,
    called,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
