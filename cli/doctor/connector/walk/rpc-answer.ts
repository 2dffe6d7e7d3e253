import { z } from 'zod'
import type { Answer } from './visit.js'

const RPC = z.looseObject({
  jsonrpc: z.literal('2.0'),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ code: z.number() }).optional(),
})

/** The JSON-RPC message in an answer. */
export interface RpcAnswer {
  readonly result: Readonly<Record<string, unknown>> | undefined
  readonly errorCode: number | undefined
}

/** Reads the first JSON-RPC message of an answer, in JSON or in an event stream; `undefined` where there is none. */
export function rpcAnswer({ body }: Pick<Answer, 'body'>): RpcAnswer | undefined {
  const data = /^data: ?(.*)$/m.exec(body)?.[1] ?? body
  try {
    const parsed = RPC.safeParse(JSON.parse(data))
    if (!parsed.success) return undefined
    const { result, error } = parsed.data
    if (result === undefined && error === undefined) return undefined
    return { result, errorCode: error?.code }
  } catch {
    return undefined
  }
}
