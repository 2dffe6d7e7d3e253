// A client of its own process that makes many calls at the same moment.
import { Pool } from 'undici'
import { callTool, type SeenCall, type ToolCall } from '../load/tool-call.js'
import { answerQuestions } from './answer-questions.mjs'

export interface BurstQuestion {
  readonly origin: string
  readonly calls: readonly ToolCall[]
}

const PATIENCE_MS = 120_000

answerQuestions(async ({ origin, calls }: BurstQuestion): Promise<readonly SeenCall[]> => {
  const pool = new Pool(origin, { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS })
  const seen = await Promise.all(calls.map((call) => callTool(pool, call)))
  await pool.destroy()
  return seen.map((call) => ({
    ...call,
    beganMs: call.beganMs + performance.timeOrigin,
    endedMs: call.endedMs + performance.timeOrigin,
  }))
})
