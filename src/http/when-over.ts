import type { ServerResponse } from 'node:http'

const waiting = new WeakMap<ServerResponse, (() => void)[]>()

/**
 * Runs `over` once an answer has ended, in whichever way: sent, or its client gone. At once where it has ended already.
 *
 * One listener serves all that wait for the same answer.
 */
export function whenOver(res: ServerResponse, over: () => void): void {
  if (res.closed || res.destroyed) {
    over()
    return
  }
  const known = waiting.get(res)
  if (known !== undefined) {
    known.push(over)
    return
  }
  const all = [over]
  waiting.set(res, all)
  res.once('close', () => {
    for (const each of all) each()
  })
}
