const MAX_DEPTH = 10

/** The innermost code of a failed request: of Node.js, OpenSSL or undici; `TimeoutError` where the time was up. */
export function faultCode(error: unknown): string | undefined {
  let found: string | undefined
  let current: unknown = error
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth += 1) {
    const { code } = current as { code?: unknown }
    if (typeof code === 'string') found = code
    else if (current.name === 'TimeoutError') found = 'TimeoutError'
    current =
      current instanceof AggregateError ? (current.errors as unknown[]).at(-1) : current.cause
  }
  return found
}
