type MessageId = string | number

/** How the server of a library user answered a call, where that was an error. */
export type AnsweredError = 'tool_error' | 'protocol_error'

/** Of an answer, no more is kept than this. */
const MAX_BYTES = 256 * 1024

/** In JSON as every server writes it. An answer without these words has no error in it, and is not parsed. */
const SIGNS = ['"isError"', '"error"']

/**
 * Reads errors out of the answer of an MCP server that is not ours, JSON or an event stream: results with `isError`, and errors
 * of JSON-RPC. Sees the first 256 KiB of it, and nothing in an answer that is compressed.
 */
export class AnswerReader {
  readonly #chunks: Uint8Array[] = []
  #bytes = 0
  #errors: ReadonlyMap<MessageId, AnsweredError> | undefined

  /** Takes a part of the answer, as it is given to `write` and `end` of a response. */
  add(chunk: unknown): void {
    if (this.#bytes > MAX_BYTES) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (!(bytes instanceof Uint8Array)) return
    this.#bytes += bytes.byteLength
    if (this.#bytes <= MAX_BYTES) this.#chunks.push(bytes)
  }

  /** How the message was answered; `undefined` where no error was seen. */
  errorOf(messageId: MessageId | undefined): AnsweredError | undefined {
    if (messageId === undefined) return undefined
    this.#errors ??= errorsIn(Buffer.concat(this.#chunks))
    return this.#errors.get(messageId)
  }
}

function errorsIn(answer: Buffer): ReadonlyMap<MessageId, AnsweredError> {
  const errors = new Map<MessageId, AnsweredError>()
  if (!SIGNS.some((sign) => answer.includes(sign))) return errors
  for (const message of messagesIn(answer.toString())) {
    const { id, result, error } = message
    if (typeof id !== 'string' && typeof id !== 'number') continue
    if (typeof error === 'object') errors.set(id, 'protocol_error')
    else if (result?.isError === true) errors.set(id, 'tool_error')
  }
  return errors
}

interface Message {
  readonly id?: unknown
  readonly error?: unknown
  readonly result?: { readonly isError?: unknown } | null | undefined
}

/** Those of a JSON text, or of the whole events of a stream. */
function messagesIn(text: string): readonly Message[] {
  const whole = parsed(text)
  if (whole.length > 0) return whole
  return text.split(/\r?\n\r?\n/).flatMap((event) => {
    const lines = [...event.matchAll(/^data: ?(.*)$/gm)].map(([, line = '']) => line)
    return parsed(lines.join('\n'))
  })
}

function parsed(text: string): readonly Message[] {
  try {
    const value: unknown = JSON.parse(text)
    const all: readonly unknown[] = Array.isArray(value) ? value : [value]
    return all.filter((one): one is Message => typeof one === 'object' && one !== null)
  } catch {
    return []
  }
}
