import { createServer, type RequestListener, type Server } from 'node:http'
import { listen } from '../http/listen.js'
import { answerRejectedConnections } from '../http/rejected-connections.js'
import { cutStalledAnswer } from '../http/stalled-answers.js'
import { LOGGER_OPTION, type Logger } from '../logging/logger.js'
import { assertOptions, optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'

/** All headers of a request together: the largest token that is read, and as much beside it. */
export const MAX_HEADER_BYTES = 32 * 1024
/** Load balancers keep an idle connection for 60 s, and must be the ones that close it. */
export const KEEP_ALIVE_MS = 65_000

/** Slow senders must not hold connections. Neither limit counts while a connection is idle between requests. */
export const SLOW_SENDERS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  /** How often Node looks for them: every 30 s by default, so that 10 s would be up to 40. */
  connectionsCheckingInterval: 1_000,
} as const

/** Where a server listens, and how long its connections may last. */
export interface ServeOptions {
  /** `localhost` listens at both loopback addresses, 127.0.0.1 and ::1. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** May be given later, by `attach`, when it depends on the port. */
  readonly handler?: RequestListener | undefined
  /** How long calls under way may take to end after `close`. Default 10000. */
  readonly drainMs?: number | undefined
  /**
   * How long a connection may be idle between two requests. It has to be longer than a load balancer in front keeps it,
   * or the balancer sends a request at the moment of the end and answers 502. Default 65000.
   */
  readonly keepAliveMs?: number | undefined
  /** Told of requests that are refused before they reach the handler. Default: nobody. */
  readonly log?: Logger | undefined
}

const OPTIONS = optionsSchema<ServeOptions>({
  host: optionValues.text('an address or localhost'),
  port: optionValues.whole.max(65_535, 'must be at most 65535'),
  handler: optionValues.callable.optional(),
  drainMs: optionValues.whole.optional(),
  keepAliveMs: optionValues.milliseconds.optional(),
  log: LOGGER_OPTION.optional(),
})

/** A server that listens. */
export interface ListeningServer {
  readonly port: number
  /** Hands all further requests to `handler`. */
  attach(handler: RequestListener): void
  /** Stops to accept, lets calls under way end, then cuts what is left. A second call waits for the first. */
  close(): Promise<void>
}

/**
 * Listens for HTTP; rejects when the address cannot be had, with a `TypeError` for unusable options. Requests before
 * `attach` get 503.
 *
 * Headers of a request have to arrive within 10 s, a whole request within 30 s, and may have 32 KiB together. A client that takes
 * nothing of its answer for 30 s is cut within another 30.
 *
 * @category Server
 */
export async function serve(options: ServeOptions): Promise<ListeningServer> {
  assertOptions('serve', OPTIONS, options)
  let handler: RequestListener =
    options.handler ??
    ((_req, res) => {
      res.writeHead(503, { 'Retry-After': '1' }).end()
    })
  const handle: RequestListener = (req, res) => {
    handler(req, res)
  }
  const { host } = options
  const { servers, port } = await listen({
    host,
    port: options.port,
    createServer: () => createHttpServer(handle, options),
  })
  let closing: Promise<unknown> | undefined
  return {
    port,
    attach(attached) {
      handler = attached
    },
    async close() {
      closing ??= Promise.all(servers.map((server) => drained(server, options.drainMs ?? 10_000)))
      await closing
    },
  }
}

function createHttpServer(handle: RequestListener, options: ServeOptions): Server {
  const server = createServer(
    {
      ...SLOW_SENDERS,
      keepAliveTimeout: options.keepAliveMs ?? KEEP_ALIVE_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (req, res) => {
      // While draining, a kept-alive connection must neither hold up the end nor bring further calls.
      res.once('finish', () => {
        if (!server.listening) server.closeIdleConnections()
      })
      cutStalledAnswer(res)
      handle(req, res)
    },
  )
  answerRejectedConnections(server, { maxHeaderBytes: MAX_HEADER_BYTES, log: options.log })
  return server
}

function drained(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = setTimeout(() => {
      server.closeAllConnections()
    }, drainMs)
    server.close((error) => {
      clearTimeout(cut)
      if (error === undefined) resolve()
      else reject(error)
    })
    server.closeIdleConnections()
  })
}
