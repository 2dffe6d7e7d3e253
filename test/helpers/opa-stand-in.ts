import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { startHttpServer } from './start-http-server.js'

/** One question that reached it. */
export interface OpaRequest {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly contentType: string | undefined
  readonly body: unknown
}

/** The value of the rule for an input; `undefined` where the rule has none. */
export type OpaRule = (input: Readonly<Record<string, unknown>>) => unknown

/** Answers in place of the rule. */
export type OpaAnswer = (res: ServerResponse, req: IncomingMessage) => void

/**
 * Listens as the data API of Open Policy Agent does: the rule `decision` of the package `mcp`, which a function stands for.
 *
 * As documented, an undefined rule answers 200 without `result`, another method 405 and faults come as an error object. It has no
 * Rego: what a rule means to Open Policy Agent is not tested with it.
 */
export async function startOpaStandIn(rule: OpaRule, answer?: OpaAnswer) {
  const requests: OpaRequest[] = []
  const server = await startHttpServer((req, res) => {
    void text(req).then((body) => {
      const parsed = JSON.parse(body) as { readonly input?: Readonly<Record<string, unknown>> }
      const { method, url, headers } = req
      requests.push({
        ...{ method, url, body: parsed },
        authorization: headers.authorization,
        contentType: headers['content-type'],
      })
      if (answer !== undefined) answer(res, req)
      else if (method !== 'POST') sendJson(res, 405, { code: 'method_not_allowed' })
      else {
        const known = req.url?.startsWith('/v1/data/mcp/decision') === true
        const result = known ? rule(parsed.input ?? {}) : undefined
        sendJson(res, 200, result === undefined ? {} : { result })
      }
    })
  })
  return { server, requests, url: `${server.origin}/v1/data/mcp/decision` }
}

/** An answer of JSON, as it comes with a bare status. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** The same, for any question. */
export const json =
  (status: number, value: unknown): OpaAnswer =>
  (res) => {
    sendJson(res, status, value)
  }
