import type { ServerResponse } from 'node:http'

/** How long a client may take nothing of an answer that is ready. Node looks when that time is over, and may wait as long again. */
const STALLED_MS = 30_000

/**
 * Ends the connection of a client that takes nothing of its answer for 30 seconds, within another 30: the answer would be held in
 * memory for as long as the client likes.
 *
 * A slow client that takes some of it may go on. An answer that is still being written, such as a stream of events, is not looked
 * at.
 */
export function cutStalledAnswer(res: ServerResponse, stalledMs = STALLED_MS): void {
  res.once('prefinish', () => {
    const { socket } = res
    // Most answers are with the kernel by now.
    if (socket === null || socket.writableLength === 0) return
    // Counts from the last byte that was taken. Node's server destroys the connection.
    socket.setTimeout(stalledMs)
    // In front of Node's own listener, which sets the time for which an idle connection is kept.
    res.prependOnceListener('finish', () => {
      socket.setTimeout(0)
    })
  })
}
