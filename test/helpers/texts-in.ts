import { IncomingMessage } from 'node:http'
import { Secret } from '../../src/secret.js'

/** Every text that can be reached from a value: members that cannot be listed, getters, iterators and secrets included. */
export function textsIn(root: unknown): readonly string[] {
  const texts: string[] = []
  const seen = new Set<object>()
  const pending: unknown[] = [root]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value === 'string') texts.push(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue
    // The connection has the bytes that came in over it; a handler gets it as Node gives it.
    if (seen.has(value) || /Socket|Server|Parser|Resource$/.test(classOf(value))) continue
    seen.add(value)
    if (value instanceof Secret) texts.push(value.reveal())
    if (value instanceof Headers || value instanceof Map)
      pending.push([...(value as Iterable<unknown>)])
    for (const key of Reflect.ownKeys(value)) {
      texts.push(String(key))
      pending.push(Object.getOwnPropertyDescriptor(value, key)?.value as unknown)
    }
    if (value instanceof IncomingMessage) {
      pending.push(value.headers, value.rawHeaders, value.headersDistinct)
      pending.push(value.trailers, value.rawTrailers, value.trailersDistinct)
    }
  }
  return texts
}

function classOf(value: object): string {
  const { constructor } =
    (Object.getPrototypeOf(value) as { constructor?: { name: string } } | null) ?? {}
  return constructor?.name ?? ''
}
