/** Whether an answer is an event stream, of which the client may have read the beginning already. */
export function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true
}
