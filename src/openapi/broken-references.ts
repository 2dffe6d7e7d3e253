import { isObject, textMember, type Json, type JsonObject } from './json.js'
import { pointerTo } from './pointer.js'
import type { BrokenReference, References } from './references.js'

/** What stands under these is anything, and no part of the description. */
const ANYTHING = new Set(['example', 'examples', 'default', 'enum', 'const'])

interface Inside {
  readonly value: JsonObject | readonly Json[]
  readonly keys: readonly string[]
  next: number
}

/** Finds every reference of a document that cannot be followed, at most so many. Uses no recursion. */
export function brokenReferences(
  root: JsonObject,
  references: References,
  most: number,
): readonly BrokenReference[] {
  const broken: BrokenReference[] = []
  // Values behind an alias of YAML stand in several places: one is enough.
  const seen = new Set<object>()
  const open: Inside[] = [insideOf(root)]
  for (let at = open.at(-1); at !== undefined && broken.length < most; at = open.at(-1)) {
    const key = at.keys[at.next]
    if (key === undefined) {
      open.pop()
      continue
    }
    at.next += 1
    const value = (at.value as Readonly<Record<string, Json>>)[key]
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    if (isObject(at.value) && (ANYTHING.has(key) || key.startsWith('x-'))) continue
    seen.add(value)
    if (textMember(value, '$ref') !== undefined) {
      const pointer = pointerTo('#', ...open.map(({ keys, next }) => keys[next - 1] ?? ''))
      const followed = references.follow({ value: value, pointer })
      if ('broken' in followed && followed.broken.pointer === pointer) broken.push(followed.broken)
    }
    open.push(insideOf(value))
  }
  return broken
}

function insideOf(value: JsonObject | readonly Json[]): Inside {
  return { value, keys: Object.keys(value), next: 0 }
}
