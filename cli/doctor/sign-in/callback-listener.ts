import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { serve } from '../../../src/server/serve.js'
import { callbackPage, CALLBACK_HEADERS, type CallbackOutcome } from './callback-page.js'
import { clientDocument } from './client-document.js'

/** Waits on this machine for the answer of an authorization server. */
export interface CallbackListener {
  /** With the port that it listens on. */
  readonly redirectUri: URL
  /** The parameters of the first answer that has the state of this sign-in. Never rejects. */
  readonly answer: Promise<URLSearchParams>
  /** How many answers had another state, or none. */
  readonly strayAnswers: () => number
  /** Serves a client ID metadata document from now on. Returns its address. */
  readonly serveDocument: () => string
  /** That address; `undefined` before. */
  readonly documentAddress: () => string | undefined
  /** Whether anybody has asked for the document. */
  readonly documentWasRead: () => boolean
  close(): Promise<void>
}

const DOCUMENT_PATH = '/mcp-on-behalf-of-doctor.json'
const DRAIN_MS = 1_000

/**
 * Listens on loopback for one answer; rejects when the port cannot be had.
 *
 * `redirectUri` is http on loopback; without a port, any free one is taken. Takes a GET of exactly its path and host,
 * whose `state` is `state`: once. What has another state is told so and does not count. Everything else gets 404.
 */
export async function listenForCallback(
  redirectUri: URL,
  state: string,
): Promise<CallbackListener> {
  const host = redirectUri.hostname.replace(/^\[|\]$/g, '')
  const server = await serve({ host, port: Number(redirectUri.port), drainMs: DRAIN_MS })
  const here = new URL(redirectUri)
  here.port = String(server.port)
  const documentUrl = new URL(DOCUMENT_PATH, here).href
  let strays = 0
  let reads = 0
  let servesDocument = false
  let answered = false
  const answer = new Promise<URLSearchParams>((resolve) => {
    server.attach((req, res) => {
      const parameters = isGetOf(req, here, here.pathname) ? parametersOf(req) : undefined
      if (servesDocument && isGetOf(req, here, DOCUMENT_PATH)) {
        reads += 1
        sendJson(res, clientDocument(documentUrl, here.href))
      } else if (answered || parameters === undefined) {
        notFound(req, res)
      } else if (isSame(parameters.getAll('state'), state)) {
        answered = true
        sendPage(res, 200, parameters.has('code') ? 'received' : 'refused')
        resolve(parameters)
      } else {
        strays += 1
        sendPage(res, 400, 'foreign')
      }
    })
  })
  return {
    redirectUri: here,
    answer,
    strayAnswers: () => strays,
    serveDocument: () => {
      servesDocument = true
      return documentUrl
    },
    documentAddress: () => (servesDocument ? documentUrl : undefined),
    documentWasRead: () => reads > 0,
    close: () => server.close(),
  }
}

/** The Host is compared too: another name for this address is a web page's try to get in (DNS rebinding). */
function isGetOf({ method, url = '', headers }: IncomingMessage, here: URL, path: string): boolean {
  const [asked] = url.split('?', 1)
  return method === 'GET' && headers.host === here.host && asked === path
}

function parametersOf({ url = '' }: IncomingMessage): URLSearchParams {
  const start = url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : url.slice(start))
}

function isSame(given: readonly string[], state: string): boolean {
  return given.length === 1 && given[0] === state
}

const notFound: RequestListener = (_req, res) => {
  res.writeHead(404, { Connection: 'close' }).end()
}

function sendPage(res: ServerResponse, status: number, outcome: CallbackOutcome): void {
  res.writeHead(status, { ...CALLBACK_HEADERS, Connection: 'close' }).end(callbackPage(outcome))
}

function sendJson(res: ServerResponse, document: unknown): void {
  res
    .writeHead(200, { 'Content-Type': 'application/json', Connection: 'close' })
    .end(JSON.stringify(document))
}
