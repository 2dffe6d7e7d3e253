import type { RequestListener } from 'node:http'
import type { OnBehalfOfError } from '../../../src/failures/errors.js'
import type { Caller } from '../../../src/identity/caller.js'
import type { ContentTool } from '../../../src/tools/tool.js'
import { json } from '../answer-json.js'
import { setUpApi } from '../downstream-api.js'

type Json = Readonly<Record<string, unknown>>

export const KEY = {
  name: 'idempotency-KEY',
  in: 'header',
  required: true,
  schema: { type: 'string' },
}
export const DAY = { name: 'day', in: 'query', schema: { type: 'string' } }
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
export const ALICE = { issuer: 'https://as.example/', subject: 'alice' } as Caller

/** An API over real HTTP that answers each request by the next of the listeners, the last of them again and again. */
export async function setUp(...listeners: readonly RequestListener[]) {
  let count = 0
  const api = await setUpApi((req, res) => {
    listeners[Math.min(count++, listeners.length - 1)]?.(req, res)
  })
  const call = (tool: ContentTool, args: Json = {}, caller = ALICE) =>
    Promise.resolve(
      tool.handler(args, {
        caller,
        signal: new AbortController().signal,
        downstream: api.client,
      }),
    )
  const keys = () => api.seen.map(({ headers }) => headers['idempotency-key'])
  return { ...api, call, keys }
}

/** Ends the connection in place of an answer. */
export const cut: RequestListener = (req) => req.socket.destroy()
export const fine = json({ ok: true })

/** The id that a failure offers. */
export function offered({ message }: OnBehalfOfError): string {
  return /"retry_of": "([\w-]+)"/.exec(message)?.[1] ?? ''
}

/** The names of a tool's arguments. */
export function argumentsOf(tool: ContentTool): readonly string[] {
  const schema = tool.inputSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  return Object.keys(schema['properties'] as object)
}
