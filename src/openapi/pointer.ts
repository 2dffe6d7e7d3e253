/** A JSON pointer as a URI fragment (RFC 6901 §6), one step further. */
export function pointerTo(pointer: string, ...keys: readonly (string | number)[]): string {
  return keys.reduce<string>((at, key) => `${at}/${escapeKey(String(key))}`, pointer)
}

function escapeKey(key: string): string {
  return /[~/]/.test(key) ? key.replace(/~/g, '~0').replace(/\//g, '~1') : key
}

/**
 * The keys of a pointer that `pointerTo` has made, or that stands in a document; `undefined` for anything else.
 *
 * A document's pointers are percent-encoded, ours are not: `percent` decodes.
 */
export function keysOf(pointer: string, percent = false): readonly string[] | undefined {
  if (pointer === '#') return []
  if (!pointer.startsWith('#/')) return undefined
  const text = percent ? percentDecoded(pointer.slice(2)) : pointer.slice(2)
  return text?.split('/').map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'))
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
