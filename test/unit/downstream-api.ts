import type { IncomingMessage, RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { z, type ZodType } from 'zod'
import {
  createDownstreamClient,
  type DownstreamClientOptions,
} from '../../src/downstream/downstream-client.js'
import type { TemplateRequest } from '../../src/downstream/downstream-request.js'
import type { Fetch } from '../../src/http/fetch-json.js'
import { senderOfFetch } from '../../src/http/sender-of-fetch.js'
import type { OnBehalfOfError } from '../../src/failures/errors.js'
import { Secret } from '../../src/secret.js'
import { json } from './answer-json.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { failureOf } from './outcomes.js'

export const ANSWER = z.object({ msg: z.string() })

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** The client as a program without types calls it. */
export interface LooseClient {
  fetch(path: string, request?: Readonly<Record<string, unknown>>): Promise<Response>
  json<T>(
    path: string,
    request: Readonly<Record<string, unknown>> & { readonly schema: ZodType<T> },
  ): Promise<T>
}

/** An API over real HTTP, and a client of it. */
export async function setUpApi(
  answer: RequestListener = json({ msg: 'hello' }),
  options: Partial<Omit<DownstreamClientOptions, 'send'>> & {
    readonly basePath?: string
    readonly fetch?: Fetch
    readonly problems?: boolean
  } = {},
) {
  const { basePath = '', fetch = globalThis.fetch, problems, ...rest } = options
  const seen: Seen[] = []
  const asked: string[] = []
  const reported: OnBehalfOfError[] = []
  const server = await startHttpServer((req, res) => {
    void text(req).then(
      (body) => {
        seen.push({ method: req.method, url: req.url, headers: req.headers, body })
        answer(req, res)
      },
      () => undefined,
    )
  })
  const client = createDownstreamClient({
    api: {
      audience: 'https://api.example/',
      baseUrl: new URL(`${server.origin}${basePath}`),
      problems,
    },
    tokens: {
      token: () => {
        asked.push('token')
        return Promise.resolve(new Secret('exchanged.token'))
      },
      renew: (rejected) => {
        asked.push(`renewed ${rejected.reveal()}`)
        return Promise.resolve(new Secret('renewed.token'))
      },
    },
    send: senderOfFetch(fetch),
    report: (failure) => reported.push(failure),
    ...rest,
  })
  const loose = client as unknown as LooseClient
  const failureOfJson = async (path = '/x', request: TemplateRequest = {}) => {
    const failure = await failureOf(loose.json(path, { ...request, schema: ANSWER }))
    const { reason, status } = failure.details
    return status === undefined ? [failure.code, reason] : [failure.code, reason, status]
  }
  return { server, client, loose, seen, asked, reported, failureOfJson }
}
