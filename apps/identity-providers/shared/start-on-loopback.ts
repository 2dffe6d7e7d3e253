import express, { type ErrorRequestHandler, type Router } from 'express'
import { serve } from '../../../src/server/serve.js'
import { knownHostsOnly } from '../../shared/known-hosts-only.js'

export interface StartOnLoopbackOptions {
  /** 0 takes any free port. */
  readonly port: number
  /** Makes what is served, once the origin is known. */
  readonly routesFor: (origin: string) => Promise<Router> | Router
}

/** A stand-in that runs. */
export interface RunningStandIn {
  readonly origin: string
  close(): Promise<void>
}

/** Serves at `http://localhost:<port>`, for this machine alone. */
export async function startOnLoopback(options: StartOnLoopbackOptions): Promise<RunningStandIn> {
  const server = await serve({ host: 'localhost', port: options.port, drainMs: 1_000 })
  const origin = `http://localhost:${server.port}`
  try {
    const app = express()
    app.disable('x-powered-by')
    app.use(await options.routesFor(origin))
    app.use((_req, res) => {
      res.status(404).json({ error: 'not_found' })
    })
    app.use(fault)
    server.attach(knownHostsOnly(new URL(origin), app))
  } catch (error) {
    await server.close()
    throw error
  }
  return { origin, close: () => server.close() }
}

/** Express would send the stack. */
const fault: ErrorRequestHandler = (_error: unknown, _req, res, _next) => {
  if (res.headersSent) res.destroy()
  else res.status(500).json({ error: 'server_error' })
}
