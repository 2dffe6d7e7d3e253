import { countMembers, jsonFaultOffset, jsonOffsets, repeatedKeys } from './json-places.js'
import { isObject, type Json } from './json.js'
import { DOCUMENT_LIMITS } from './limits.js'
import { LineNumbers } from './line-numbers.js'
import { measure } from './measure.js'
import type { ParsedDocument, ParserInput } from './parsed-document.js'
import { keysOf } from './pointer.js'
import { shown } from './shown.js'

/** Parses a text that is JSON; `undefined` if it is none. Positions are looked up when somebody asks for them. */
export function jsonDocument({ text, name, faults }: ParserInput): ParsedDocument | undefined {
  const root = parsed(text)
  if (root === undefined) return undefined
  const lines = new LineNumbers(text)
  const linesOf = (pointers: readonly string[]): ReadonlyMap<string, number> => {
    const places = new Map(pointers.map((pointer) => [pointer, keysOf(pointer) ?? []] as const))
    const offsets = places.size === 0 ? [] : [...jsonOffsets(text, places)]
    return new Map(offsets.map(([pointer, offset]) => [pointer, lines.at(offset)]))
  }
  const measured = measure(root)
  if ('problem' in measured) {
    faults.add({ code: 'too_large', severity: 'fault', pointer: '#', ...tooMuch(name, measured) })
    return { root: undefined, linesOf: () => new Map() }
  }
  // Comparing two numbers is cheaper than to remember the keys of each object.
  if (countMembers(text) !== measured.members) {
    for (const { pointer, offset } of repeatedKeys(text, DOCUMENT_LIMITS.faults)) {
      const line = lines.at(offset)
      faults.add({ code: 'duplicate_key', severity: 'fault', pointer, line, ...keyTwice(pointer) })
    }
  }
  return { root: isObject(root) ? root : undefined, linesOf }
}

/** What is wrong with a text that should be JSON. */
export function addJsonFault({ text, name, faults }: ParserInput): ParsedDocument {
  const line = new LineNumbers(text).at(jsonFaultOffset(text) ?? 0)
  const message = `${name} is not JSON: what stands in line ${line} cannot stand there`
  const cure = 'Correct the line, or the one before it'
  faults.add({ code: 'syntax', severity: 'fault', pointer: '#', line, message, cure })
  return { root: undefined, linesOf: () => new Map() }
}

/** The words for a key that stands twice. */
export function keyTwice(pointer: string): { readonly message: string; readonly cure: string } {
  const key = keysOf(pointer)?.at(-1) ?? ''
  return {
    message: `The key ${shown(key)} stands twice in the same object`,
    cure: 'Keep one of them',
  }
}

/** The words for a document that passes a limit. */
export function tooMuch(
  name: string,
  { problem }: { readonly problem: 'depth' | 'values' | 'tokens' },
): { readonly message: string; readonly cure: string } {
  const { depth, values } = DOCUMENT_LIMITS
  switch (problem) {
    case 'depth': {
      const message = `${name} has objects or lists that are more than ${depth} deep`
      return { message, cure: 'Make it flatter' }
    }
    case 'values': {
      const message = `${name} has more than ${values} values`
      return { message, cure: 'Leave out the operations that are not meant as tools' }
    }
    case 'tokens':
      return {
        message: `${name} is too large for YAML`,
        cure: 'Convert it to JSON, which is read many times faster',
      }
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
