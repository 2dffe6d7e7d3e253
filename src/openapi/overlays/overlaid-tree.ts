import { isList, isObject, setMember, type Json, type JsonObject } from '../json.js'
import { pointerTo } from '../pointer.js'
import { OVERLAY_LIMITS, type ActionPlace } from './overlay.js'

/** A change cannot be made; `message` and `cure` say why and what to do. */
export class OverlayChangeError extends Error {
  override readonly name = 'OverlayChangeError'
  readonly cure: string

  constructor(message: string, cure: string) {
    super(message)
    this.cure = cure
  }
}

type Path = readonly (string | number)[]

/** What of a list or object comes from elsewhere than from the same place of the document. */
type Origins = (ActionPlace | number)[] | Map<string, ActionPlace>

/**
 * A document while overlays change it. Nothing that was handed in is changed: what is on the way to a change is copied first,
 * once for each action, and all else is shared. Remembers which places come from which action.
 */
export class OverlaidTree {
  #root: JsonObject
  #owned = new Set<Json>()
  #writes = 0
  readonly #origins = new WeakMap<object, Origins>()

  constructor(root: JsonObject) {
    this.#root = root
  }

  get root(): JsonObject {
    return this.#root
  }

  /** From here on, everything is shared again: also what the last action has copied, which it may have put in two places. */
  beginAction(): void {
    this.#owned = new Set()
  }

  /** What stands at a path. */
  at(path: Path): Json | undefined {
    return path.reduce<Json | undefined>(below, this.#root)
  }

  /** Merges a value into what stands at a path (Overlay Specification 1.1.0, Action Object). */
  merge(path: Path, value: Json, place: ActionPlace): void {
    const [key, ...rest] = [...path].reverse()
    if (key === undefined) {
      this.#root = this.#merged(this.#root, value, { place, pointer: '#' }) as JsonObject
      return
    }
    const parent = this.#ownedAt(rest.reverse())
    const before = below(parent, key)
    if (before === undefined) return
    const pointer = pathPointer(path)
    this.#put(parent, key, this.#merged(before, value, { place, pointer }))
    if (!isContainer(before)) this.#mark(parent, key, place)
  }

  /** Puts an entry at the end of a list. */
  append(path: Path, value: Json, place: ActionPlace): void {
    const list = this.#ownedAt(path)
    if (!isList(list)) return
    this.#write(1)
    ;(list as Json[]).push(value)
    this.#mark(list, list.length - 1, place)
  }

  /** Takes what stands at a path out of the list or object around it. */
  remove(path: Path): void {
    const key = path.at(-1)
    if (key === undefined) return
    const parent = this.#ownedAt(path.slice(0, -1))
    const origins = this.#origins.get(parent)
    if (isList(parent)) {
      ;(parent as Json[]).splice(Number(key), 1)
      ;(origins as unknown[] | undefined)?.splice(Number(key), 1)
    } else {
      Reflect.deleteProperty(parent, key)
      ;(origins as Map<string, ActionPlace> | undefined)?.delete(String(key))
    }
  }

  /** Where something that stands at these keys was before, or which action put it there. */
  originOf(keys: readonly string[]): { readonly pointer: string } | ActionPlace {
    let at: Json | undefined = this.#root
    let pointer = '#'
    for (const key of keys) {
      const origins: Origins | undefined = isContainer(at) ? this.#origins.get(at) : undefined
      const origin: ActionPlace | string | number =
        (Array.isArray(origins) ? origins[Number(key)] : origins?.get(key)) ?? key
      if (typeof origin === 'object') return origin
      pointer = pointerTo(pointer, origin)
      at = below(at, key)
    }
    return { pointer }
  }

  #merged(
    before: Json,
    value: Json,
    at: { readonly place: ActionPlace; readonly pointer: string },
  ): Json {
    if (isObject(before) && isObject(value)) {
      const target = this.#own(before) as Record<string, Json>
      for (const [key, given] of Object.entries(value)) {
        const old = below(target, key)
        const pointer = pointerTo(at.pointer, key)
        this.#put(
          target,
          key,
          old === undefined ? given : this.#merged(old, given, { ...at, pointer }),
        )
        if (old === undefined || !isContainer(old)) this.#mark(target, key, at.place)
      }
      return target
    }
    if (isList(before) && isList(value)) {
      const target = this.#own(before) as Json[]
      this.#write(value.length)
      for (const item of value) {
        target.push(item)
        this.#mark(target, target.length - 1, at.place)
      }
      return target
    }
    if (!isContainer(before) && !isContainer(value)) return value
    const message = `${kindOf(value)} cannot be merged into ${kindOf(before)}, which is at ${at.pointer}`
    throw new OverlayChangeError(message, 'Remove what is there by an action before this one')
  }

  /** The list or object at a path, copied together with all that is on the way. */
  #ownedAt(path: Path): JsonObject | readonly Json[] {
    this.#root = this.#own(this.#root) as JsonObject
    let at: JsonObject | readonly Json[] = this.#root
    for (const key of path) {
      const inside = below(at, key)
      if (!isContainer(inside)) throw new TypeError('Nothing stands at a path that was selected')
      const own = this.#own(inside)
      this.#put(at, key, own)
      at = own
    }
    return at
  }

  #own(value: JsonObject | readonly Json[]): JsonObject | readonly Json[] {
    if (this.#owned.has(value)) return value
    const origins = this.#origins.get(value)
    let copy: JsonObject | Json[]
    if (isList(value)) {
      copy = [...value]
      this.#origins.set(
        copy,
        Array.isArray(origins) ? [...origins] : value.map((_, index) => index),
      )
    } else {
      // No spread: `__proto__` may be a member.
      copy = {}
      for (const [key, inside] of Object.entries(value)) {
        setMember(copy, key, inside)
      }
      this.#origins.set(copy, new Map(origins instanceof Map ? origins : []))
    }
    this.#write(Object.keys(copy).length)
    this.#owned.add(copy)
    return copy
  }

  #put(target: JsonObject | readonly Json[], key: string | number, value: Json): void {
    this.#write(1)
    if (isList(target)) (target as Json[])[Number(key)] = value
    else setMember(target, String(key), value)
  }

  #mark(target: object, key: string | number, place: ActionPlace): void {
    const origins = this.#origins.get(target)
    if (Array.isArray(origins)) origins[Number(key)] = place
    else origins?.set(String(key), place)
  }

  #write(count: number): void {
    this.#writes += count
    if (this.#writes <= OVERLAY_LIMITS.writes) return
    throw new OverlayChangeError(
      `The overlays write more than ${OVERLAY_LIMITS.writes} values`,
      'Select less with their actions',
    )
  }
}

function isContainer(value: Json | undefined): value is JsonObject | readonly Json[] {
  return typeof value === 'object' && value !== null
}

function below(value: Json | undefined, key: string | number): Json | undefined {
  if (isList(value)) return value[Number(key)]
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function pathPointer(path: Path): string {
  return pointerTo('#', ...path)
}

/** In words, with its article. */
export function kindOf(value: Json): string {
  if (isList(value)) return 'a list'
  return isObject(value) ? 'an object' : 'a single value'
}
