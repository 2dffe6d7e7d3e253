import { isAlias, isMap, isScalar, isSeq, type Alias, type YAMLMap, type YAMLSeq } from 'yaml'
import { isList, isObject, setMember, type Json, type JsonObject } from './json.js'
import { DOCUMENT_LIMITS } from './limits.js'
import { pointerTo } from './pointer.js'

/** What YAML has and JSON has not, or too much of it. */
export type YamlProblem =
  'depth' | 'values' | 'aliases' | 'alias_unknown' | 'key_twice' | 'key_type' | 'merge' | 'number'

/** A value behind an anchor; none while it is being read, so that an alias in it finds nothing. */
interface Anchored {
  readonly value: Json
  /** How many values there are in it. */
  readonly size: number
}

/** Where the members of one object or the items of one list begin in the text. */
interface Places {
  /** `undefined` for a list. */
  readonly keys: string[] | undefined
  readonly offsets: number[]
}

/** Thrown past a limit: reading ends there. */
class LimitPassed extends Error {}

/**
 * Turns the nodes of a YAML document into values. An alias is the value of its anchor itself and not a copy, and counts as
 * many values as that has: so a few aliases of aliases pass the limit before they cost anything.
 */
export class YamlValues {
  readonly problems: {
    readonly problem: YamlProblem
    readonly pointer: string
    readonly offset: number
  }[] = []
  /** False if a limit was passed. */
  complete = true
  readonly #anchors = new Map<string, Anchored>()
  readonly #places = new Map<object, Places>()
  #root: Json = null
  #values = 0
  #aliases = 0

  read(contents: unknown): Json {
    try {
      this.#root = this.#value(contents, '#', 0)
    } catch (error) {
      if (!(error instanceof LimitPassed)) throw error
      this.complete = false
    }
    return this.#root
  }

  /** Where the member or item begins in the text. */
  offsetOf(keys: readonly string[]): number | undefined {
    let value = this.#root
    let offset: number | undefined = 0
    for (const key of keys) {
      if (!isObject(value) && !isList(value)) return undefined
      const places = this.#places.get(value)
      const index = places?.keys === undefined ? Number(key) : places.keys.lastIndexOf(key)
      offset = places?.offsets[index]
      if (offset === undefined) return undefined
      value = (isList(value) ? value[index] : value[key]) ?? null
    }
    return offset
  }

  #value(node: unknown, pointer: string, depth: number): Json {
    this.#values += 1
    if (this.#values > DOCUMENT_LIMITS.values) this.#passed('values', pointer, node)
    if (depth > DOCUMENT_LIMITS.depth) this.#passed('depth', pointer, node)
    if (isAlias(node)) return this.#alias(node, pointer)
    const before = this.#values
    const value = this.#plainValue(node, pointer, depth)
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined
    if (anchor !== undefined) this.#anchors.set(anchor, { value, size: this.#values - before + 1 })
    return value
  }

  #plainValue(node: unknown, pointer: string, depth: number): Json {
    if (isMap(node)) return this.#object(node, pointer, depth)
    if (isSeq(node)) return this.#list(node, pointer, depth)
    const value: unknown = isScalar(node) ? node.value : null
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#problem('number', pointer, node)
      return null
    }
    if (typeof value === 'string' || typeof value === 'number') return value
    return typeof value === 'boolean' ? value : null
  }

  #list(node: YAMLSeq, pointer: string, depth: number): Json {
    const list: Json[] = []
    const places: Places = { keys: undefined, offsets: [] }
    for (const [index, item] of node.items.entries()) {
      places.offsets.push(startOf(item))
      list.push(this.#value(item, pointerTo(pointer, index), depth + 1))
    }
    this.#places.set(list, places)
    return list
  }

  #object(node: YAMLMap, pointer: string, depth: number): Json {
    const object: Record<string, Json> = {}
    const places = { keys: [] as string[], offsets: [] as number[] }
    const own = new Set<string>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined
      if (name === undefined) {
        this.#problem('key_type', pointer, key ?? node)
      } else if (name === '<<' && isScalar(key) && key.type === 'PLAIN') {
        this.#merge(this.#value(value, pointer, depth + 1), { object, places, pointer, node: key })
      } else {
        const below = pointerTo(pointer, name)
        if (own.has(name)) this.#problem('key_twice', below, key)
        else place(places, name, startOf(key))
        own.add(name)
        setMember(object, name, this.#value(value, below, depth + 1))
      }
    }
    this.#places.set(object, places)
    return object
  }

  /** What stands in the object itself wins, wherever it stands; of several merged objects, the first. */
  #merge(
    from: Json,
    into: {
      readonly object: Record<string, Json>
      readonly places: { readonly keys: string[]; readonly offsets: number[] }
      readonly pointer: string
      readonly node: unknown
    },
  ): void {
    for (const source of isList(from) ? from : [from]) {
      if (!isObject(source)) {
        this.#problem('merge', into.pointer, into.node)
        continue
      }
      for (const key of Object.keys(source)) {
        if (Object.hasOwn(into.object, key)) continue
        setMember(into.object, key, source[key] ?? null)
        place(into.places, key, this.#offsetIn(source, key) ?? startOf(into.node))
      }
    }
  }

  #offsetIn(object: JsonObject, key: string): number | undefined {
    const places = this.#places.get(object)
    return places?.offsets[places.keys?.lastIndexOf(key) ?? -1]
  }

  #alias(node: Alias, pointer: string): Json {
    this.#aliases += 1
    if (this.#aliases > DOCUMENT_LIMITS.aliases) this.#passed('aliases', pointer, node)
    const anchored = this.#anchors.get(node.source)
    if (anchored === undefined) {
      this.#problem('alias_unknown', pointer, node)
      return null
    }
    this.#values += anchored.size
    if (this.#values > DOCUMENT_LIMITS.values) this.#passed('values', pointer, node)
    return anchored.value
  }

  #problem(problem: YamlProblem, pointer: string, node: unknown): void {
    if (this.problems.length > DOCUMENT_LIMITS.faults * 10) return
    this.problems.push({ problem, pointer, offset: startOf(node) })
  }

  #passed(problem: YamlProblem, pointer: string, node: unknown): never {
    this.#problem(problem, pointer, node)
    throw new LimitPassed()
  }
}

function place(
  places: { readonly keys: string[]; readonly offsets: number[] },
  key: string,
  offset: number,
): void {
  places.keys.push(key)
  places.offsets.push(offset)
}

function startOf(node: unknown): number {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range
  return range?.[0] ?? 0
}
