import { timingSafeEqual } from 'node:crypto'

/** Whether a text that was sent is the expected one, in a time that does not tell where it differs. */
export function isSameText(given: unknown, expected: string): boolean {
  const received = Buffer.from(typeof given === 'string' ? given : '')
  const wanted = Buffer.from(expected)
  return received.byteLength === wanted.byteLength && timingSafeEqual(received, wanted)
}
