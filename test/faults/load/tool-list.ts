import type { Pool } from 'undici'
import { modern } from '../../helpers/wire.js'

/** What a client saw of one `tools/list`. */
export interface SeenList {
  readonly beganMs: number
  readonly endedMs: number
  /** What is wrong with the answer, where there is one; `gone` where there is none. */
  readonly wrong: string | undefined
}

/** Lists the tools, all of which the token may use; never rejects. */
export async function listTools(
  pool: Pool,
  { token, tools }: { readonly token: string; readonly tools: readonly string[] },
): Promise<SeenList> {
  const beganMs = performance.now()
  const seen = (wrong?: string): SeenList => ({ beganMs, endedMs: performance.now(), wrong })
  const { message, headers } = modern('tools/list')
  try {
    const { statusCode, body } = await pool.request({
      ...{ path: '/mcp', method: 'POST', body: JSON.stringify(message) },
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
        ...headers,
      },
    })
    const text = await body.text()
    const missing = tools.filter((tool) => !text.includes(`"name":"${tool}"`))
    if (statusCode === 502) return seen('gone')
    if (statusCode !== 200) return seen(`tools/list: ${statusCode}`)
    return seen(missing.length === 0 ? undefined : `tools/list has no ${missing.join()}`)
  } catch {
    return seen('gone')
  }
}
