import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { claimsOf } from './exchange-answers.js'
import { startHttpServer } from './start-http-server.js'

/** An API whose answers a test controls, and that keeps what reaches it. */
export interface TestApi {
  readonly origin: string
  readonly requests: IncomingMessage[]
  /** Connections that were opened to it: not one byte comes without. */
  readonly connections: number
  /** Takes the place of the usual answer when set. */
  responder: RequestListener | undefined
  close(): Promise<void>
}

/** Starts an API that lets everybody in and greets them, unless another usual answer is given. */
export async function startTestApi(usual: RequestListener = greet): Promise<TestApi> {
  const server = await startHttpServer((req, res) => {
    api.requests.push(req)
    ;(api.responder ?? usual)(req, res)
  })
  const api: TestApi = {
    origin: server.origin,
    requests: [],
    get connections() {
      return server.connections
    },
    responder: undefined,
    close: () => server.close(),
  }
  return api
}

function greet(req: IncomingMessage, res: ServerResponse): void {
  const { sub, scope } = claimsOf(req.headers.authorization?.replace(/^Bearer /, '') ?? '')
  const body = { msg: 'Hello from the protected API', sub, scopes: scope ?? '' }
  res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
