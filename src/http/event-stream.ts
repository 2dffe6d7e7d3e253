/** The headers of an event stream. */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  // Nginx would otherwise keep events back.
  'X-Accel-Buffering': 'no',
}

/** A JSON-RPC message as an event of a stream. */
export function messageEvent(message: unknown): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}
