import { z } from 'zod'

/** The answer to one message, as it came over HTTP. */
export interface MessageAnswer {
  readonly status: number
  /** `WWW-Authenticate`. */
  readonly challenge: string | undefined
  readonly sessionId: string | undefined
  /** The JSON-RPC answer, or the body of a refusal. */
  readonly body: unknown
}

const TEXTS = z.looseObject({
  error_description: z.string().optional(),
  error: z.union([z.string(), z.looseObject({ message: z.string() })]).optional(),
})

/** Sends one message to an endpoint of the Streamable HTTP transport, and reads its answer in either form. */
export async function sendMessage(
  endpoint: URL,
  message: object,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<MessageAnswer> {
  const sent = new Headers({ 'Content-Type': 'application/json' })
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) sent.set(name, value)
  }
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: sent,
    body: JSON.stringify(message),
  })
  const text = await response.text()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate') ?? undefined,
    sessionId: response.headers.get('mcp-session-id') ?? undefined,
    body: parsed(isStream ? lastEvent(text) : text),
  }
}

/** What a client shows of a refusal: what the body says, else the status. */
export function shownRefusal({ status, body }: MessageAnswer): string {
  const { data } = TEXTS.safeParse(body)
  const { error, error_description: description } = data ?? {}
  const message = typeof error === 'object' ? error.message : undefined
  return `HTTP ${status}: ${description ?? message ?? 'no more is said'}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The answer is the last event of its stream. */
function lastEvent(stream: string): string {
  return (
    stream
      .split('\n')
      .findLast((line) => line.startsWith('data:'))
      ?.slice('data:'.length) ?? ''
  )
}
