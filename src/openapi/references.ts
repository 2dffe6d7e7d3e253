import { nearestName } from '../options/nearest-name.js'
import { isList, isObject, member, textMember, type Json, type JsonObject } from './json.js'
import { keysOf, pointerTo } from './pointer.js'
import { shown } from './shown.js'

/** A place of the document, and what stands there. */
export interface Place {
  readonly value: Json
  readonly pointer: string
}

/** Why a reference cannot be followed. */
export interface BrokenReference {
  /** Of the object with the `$ref`. */
  readonly pointer: string
  readonly reason: string
  readonly cure: string
}

/** Where references lead. */
export type Followed = Place | { readonly broken: BrokenReference }

/** Follows the references of one document; never to another one. */
export interface References {
  /**
   * What stands in a place once its references are followed, however many there are; the place itself if it has none.
   * Members beside a `$ref` do not count: read them before.
   */
  readonly follow: (place: Place) => Followed
}

/**
 * Creates a resolver of `$ref`: JSON pointers in the document (`#/…`), also after the document's own `$self`.
 *
 * Everything else is broken, with a reason: other documents, which are not fetched; anchors; places that do not exist or
 * are no objects; circles; the document as a whole.
 */
export function createReferences(root: JsonObject, name: string): References {
  const self = textMember(root, '$self')
  const step = (reference: string, pointer: string): Followed => {
    const local =
      self !== undefined && reference.startsWith(`${self}#`)
        ? reference.slice(self.length)
        : reference
    const found = local.startsWith('#') ? lookUp(root, local) : external(local, name)
    return 'value' in found ? found : { broken: { pointer, ...found } }
  }
  return {
    follow: (place) => {
      const seen = new Set<string>()
      let at = place
      for (;;) {
        const reference = textMember(at.value, '$ref')
        if (reference === undefined) return at
        if (seen.has(at.pointer)) {
          const reason = `${shown(reference)} leads back to itself`
          return { broken: { pointer: place.pointer, reason, cure: 'Write out what is meant' } }
        }
        seen.add(at.pointer)
        const next = step(reference, at.pointer)
        if ('broken' in next) return next
        at = next
      }
    },
  }
}

interface Reason {
  readonly reason: string
  readonly cure: string
}

function lookUp(root: JsonObject, reference: string): Place | Reason {
  const keys = keysOf(reference, true)
  if (keys === undefined) {
    const reason = `${shown(reference)} is no JSON pointer`
    return { reason, cure: 'Write the path to the object, such as #/components/schemas/Name' }
  }
  if (keys.length === 0) {
    const reason = `${shown(reference)} is the whole document`
    return { reason, cure: 'Write the path to the object that is meant' }
  }
  let value: Json = root
  for (const key of keys) {
    const next = below(value, key)
    if (next === undefined) return missing(reference, key, value)
    value = next
  }
  if (isObject(value) || typeof value === 'boolean') {
    return { value, pointer: pointerTo('#', ...keys) }
  }
  const reason = `${shown(reference)} leads to ${kindOf(value)}, not to an object`
  return { reason, cure: 'Correct the reference' }
}

function below(value: Json, key: string): Json | undefined {
  if (!isList(value)) return member(value, key)
  return /^(?:0|[1-9]\d{0,8})$/.test(key) ? value[Number(key)] : undefined
}

function missing(reference: string, key: string, value: Json): Reason {
  const near = isObject(value) ? nearestName(key, Object.keys(value).slice(0, 2_000)) : undefined
  const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
  return {
    reason: `${shown(reference)} does not exist${hint}`,
    cure: 'Correct the reference, or add what it leads to',
  }
}

function external(reference: string, name: string): Reason {
  const file = /^[\w.-]{1,60}$/.test(name) ? name : 'openapi.yaml'
  return {
    reason: `${shown(reference)} is not fetched`,
    cure: `Bundle the document: npx @redocly/cli bundle ${file} -o bundled.yaml`,
  }
}

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (isList(value)) return 'a list'
  return `a ${typeof value === 'string' ? 'text' : typeof value}`
}
