import { JsonTokens } from './json-tokens.js'
import { pointerTo } from './pointer.js'

/** Pointers by their keys. */
interface Wanted {
  pointer: string | undefined
  readonly below: Map<string, Wanted>
}

/**
 * Finds where places begin in a text that `JSON.parse` accepts: a member at its key, an item at its value. What is not
 * on the way to a wanted place is skipped.
 */
export function jsonOffsets(
  text: string,
  places: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const root: Wanted = { pointer: undefined, below: new Map() }
  for (const [pointer, keys] of places) {
    let at = root
    for (const key of keys) {
      const next = at.below.get(key) ?? { pointer: undefined, below: new Map<string, Wanted>() }
      at.below.set(key, next)
      at = next
    }
    at.pointer = pointer
  }
  const found = new Map<string, number>()
  const tokens = new JsonTokens(text)
  tokens.next()
  if (root.pointer !== undefined) found.set(root.pointer, tokens.start)
  findBelow(tokens, root, found)
  return found
}

/** Reads the value whose first token was read last. */
function findBelow(tokens: JsonTokens, wanted: Wanted, found: Map<string, number>): void {
  if (wanted.below.size === 0 || (tokens.kind !== '{' && tokens.kind !== '[')) {
    tokens.skip()
    return
  }
  const inObject = tokens.kind === '{'
  for (let index = 0; ; index += 1) {
    const first = tokens.next()
    const kind = first === ',' ? tokens.next() : first
    if (kind === '}' || kind === ']' || kind === 'end') return
    const { start } = tokens
    const below = wanted.below.get(inObject ? tokens.value() : String(index))
    if (inObject) {
      tokens.next()
      tokens.next()
    }
    if (below === undefined) tokens.skip()
    else {
      if (below.pointer !== undefined) found.set(below.pointer, start)
      findBelow(tokens, below, found)
    }
  }
}

/** How many members all objects of a text have together, those with the same key included. */
export function countMembers(text: string): number {
  const tokens = new JsonTokens(text)
  let members = 0
  while (tokens.next() !== 'end' && tokens.kind !== 'bad') if (tokens.kind === ':') members += 1
  return members
}

/** A key that stands a second time in its object. */
export interface RepeatedKey {
  /** Of the member. */
  readonly pointer: string
  readonly offset: number
}

/** Finds the keys that stand more than once in their object, at most so many. */
export function repeatedKeys(text: string, most: number): readonly RepeatedKey[] {
  const found: RepeatedKey[] = []
  const open: {
    readonly pointer: string
    readonly keys: Set<string> | undefined
    index: number
  }[] = []
  const tokens = new JsonTokens(text)
  let pointer = '#'
  while (tokens.next() !== 'end' && tokens.kind !== 'bad' && found.length < most) {
    const inside = open.at(-1)
    if (tokens.kind === '}' || tokens.kind === ']') open.pop()
    else if (tokens.kind === ',' && inside !== undefined) inside.index += 1
    if (tokens.kind === '}' || tokens.kind === ']' || tokens.kind === ',') continue
    if (inside?.keys !== undefined) {
      const key = tokens.value()
      pointer = pointerTo(inside.pointer, key)
      if (inside.keys.has(key)) found.push({ pointer, offset: tokens.start })
      inside.keys.add(key)
      tokens.next()
      tokens.next()
    } else if (inside !== undefined) pointer = pointerTo(inside.pointer, inside.index)
    if (tokens.kind === '{') open.push({ pointer, keys: new Set(), index: 0 })
    else if (tokens.kind === '[') open.push({ pointer, keys: undefined, index: 0 })
  }
  return found
}

/** Where a text stops being JSON; `undefined` if it is. Brackets are balanced, and marks stand where they must. */
export function jsonFaultOffset(text: string): number | undefined {
  const tokens = new JsonTokens(text)
  const open: ('{' | '[')[] = []
  let expected: 'value' | 'key' | 'colon' | 'next' = 'value'
  /** Behind an opening bracket, where the closing one may follow. */
  let fresh = false
  for (;;) {
    const kind = tokens.next()
    const inside = open.at(-1)
    const closes = kind === (inside === '{' ? '}' : ']') && inside !== undefined
    if (kind === 'end')
      return expected === 'next' && inside === undefined ? undefined : tokens.start
    if (kind === 'text' && tokens.badCharacter() !== undefined) return tokens.badCharacter()
    if (closes && (expected === 'next' || fresh)) {
      open.pop()
      expected = 'next'
    } else if (expected === 'next') {
      if (kind !== ',' || inside === undefined) return tokens.start
      expected = inside === '{' ? 'key' : 'value'
    } else if (expected === 'colon') {
      if (kind !== ':') return tokens.start
      expected = 'value'
    } else if (expected === 'key') {
      if (kind !== 'text') return tokens.start
      expected = 'colon'
    } else if (kind === '{' || kind === '[') {
      open.push(kind)
      expected = kind === '{' ? 'key' : 'value'
    } else if (kind === 'text' || kind === 'literal') expected = 'next'
    else return tokens.start
    fresh = kind === '{' || kind === '['
  }
}
