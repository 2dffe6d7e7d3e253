import { isList, isObject, member, without, type Json, type JsonObject } from './json.js'
import { flagMember } from './media-types.js'
import { keysOf, pointerTo } from './pointer.js'
import type { BrokenReference, Place, References } from './references.js'
import {
  ANNOTATIONS,
  bareParts,
  countIn,
  hasParts,
  isNullAlone,
  requiredOf,
  withNull,
} from './schema-parts.js'
import { plainKeywords, typesOf, valuesOf, type SchemaType } from './schema-keywords.js'
import { mergeSchemas } from './schema-merge.js'
import type { SchemaPosition } from './schema-position.js'
import { writeDescription } from './schema-words.js'
import { shown } from './shown.js'

/** The document that the schemas are from. */
export interface SchemaContext {
  readonly references: References
  readonly version: '3.0' | '3.1' | '3.2'
}

/** How schemas are written. */
export interface WriterLimits {
  readonly direction: 'request' | 'response'
  /** Objects, lists and unions below this level are not described. */
  readonly depth: number
  /** Of each description, in characters; 0 leaves all out. */
  readonly description: number
  /** Roughly: writing ends when the schema is surely larger. */
  readonly bytes: number
  readonly optionalNulls: boolean
}

/** Of a name or a value in a schema, where there are thousands of them, each another. */
const LEAST_BYTES = 4

/** Thrown when the schemas are surely too large. */
export class TooLarge extends Error {}

/** A schema that was converted; null is not in it yet, for the place where it stands decides about that. */
interface Written {
  readonly schema: JsonObject
  readonly nullable: boolean
}

/** Where the writer is. */
interface Spot {
  readonly level: number
  readonly position: SchemaPosition
  /** Pointers of the schemas around it. */
  readonly around: ReadonlySet<string>
}

/** Writes schemas of a document as JSON Schema 2020-12 without references. */
export class SchemaWriter {
  cut = 0
  readonly broken: BrokenReference[] = []
  readonly #references: References
  readonly #version: SchemaContext['version']
  readonly #limits: WriterLimits
  #bytes = 0

  constructor({ references, version }: SchemaContext, limits: WriterLimits) {
    this.#references = references
    this.#version = version
    this.#limits = limits
  }

  /** What was written, roughly. */
  get bytes(): number {
    return this.#bytes
  }

  write(source: Place, position: SchemaPosition): JsonObject {
    const { schema } = this.#convert(source, { level: 0, position, around: new Set() })
    return this.#finished(schema, position, true)
  }

  #convert(source: Place, spot: Spot): Written {
    const followed = this.#references.follow(source)
    if ('broken' in followed) {
      this.broken.push(followed.broken)
      return { schema: {}, nullable: false }
    }
    const { value, pointer } = followed
    if (!isObject(value)) return { schema: value === false ? { not: {} } : {}, nullable: false }
    if (spot.around.has(pointer)) return this.#cutCycle(value, pointer)
    const inside = { ...spot, around: new Set(spot.around).add(pointer) }
    const written = this.#object(value, pointer, inside)
    return value === source.value ? written : this.#withSiblings(source, written, spot)
  }

  /** What stands beside a `$ref` counts from 3.1 on. */
  #withSiblings({ value, pointer }: Place, written: Written, spot: Spot): Written {
    const members = isObject(value) ? Object.entries(value) : []
    const siblings = members.filter(
      ([key]) => key !== '$ref' && (this.#version !== '3.0' || ANNOTATIONS.has(key)),
    )
    if (siblings.length === 0) return written
    const beside = this.#object(Object.fromEntries(siblings), pointer, spot)
    return {
      schema: mergeSchemas([beside.schema, written.schema]),
      nullable: beside.nullable || written.nullable,
    }
  }

  #object(schema: JsonObject, pointer: string, spot: Spot): Written {
    if (isNullAlone(schema)) return { schema: { type: 'null' }, nullable: false }
    const { types, nullable } = typesOf(schema)
    this.#assertSmall(schema)
    const values = valuesOf(schema)
    const { keywords, notes } = plainKeywords(schema, types)
    const cut = spot.level >= this.#limits.depth && hasParts(schema)
    if (cut) this.cut += 1
    const own: Record<string, Json> = {
      ...(types.length === 0 ? {} : { type: types.length === 1 ? (types[0] ?? null) : types }),
      ...this.#described(schema, [...notes, ...(cut ? ['What is in it is not described.'] : [])]),
      ...(values === undefined || values.values.length === 0 ? {} : { enum: values.values }),
      ...keywords,
    }
    this.#counts(own)
    const parts: Parts = cut
      ? { own: bareParts(types), joined: [] }
      : this.#parts(schema, { types, pointer }, spot)
    const merged = mergeSchemas([
      { ...own, ...parts.own },
      ...parts.joined.map((one) => one.schema),
    ])
    return {
      schema: merged,
      nullable: nullable || values?.hasNull === true || parts.joined.some((one) => one.nullable),
    }
  }

  #parts(schema: JsonObject, at: At, spot: Spot): Parts {
    const { types } = at
    const asObject = types.includes('object') || types.length === 0
    const own = {
      ...(asObject ? this.#members(schema, at, spot) : {}),
      ...(types.includes('array') ? this.#items(schema, at, spot) : {}),
    }
    const all = this.#places(schema, 'allOf', at).map((part) => this.#convert(part, spot))
    const unions = ['anyOf', 'oneOf'].flatMap((key) => this.#union(schema, { ...at, key }, spot))
    return { own, joined: [...all, ...unions] }
  }

  #places(schema: JsonObject, key: string, { pointer }: At): readonly Place[] {
    const listed = member(schema, key)
    if (!isList(listed)) return []
    return listed.map((value, index) => ({ value, pointer: pointerTo(pointer, key, index) }))
  }

  /** `oneOf` becomes `anyOf`: branches that were cut may no longer exclude each other. */
  #union(schema: JsonObject, at: At & { readonly key: string }, spot: Spot): readonly Written[] {
    const places = this.#places(schema, at.key, at)
    const written = places
      .map((place) => this.#convert(place, { ...spot, level: spot.level + 1 }))
      .map((one) => (isNullAlone(one.schema) ? undefined : one))
    const branches = written.filter((one) => one !== undefined)
    const nullable = branches.length < written.length || branches.some((one) => one.nullable)
    if (branches.length === 0) return places.length === 0 ? [] : [{ schema: {}, nullable }]
    const [only, second] = branches
    if (only !== undefined && second === undefined) return [{ schema: only.schema, nullable }]
    const distinct = new Map(
      branches.map((one) => {
        const branch = this.#finished(one.schema, spot.position, false)
        return [JSON.stringify(branch), branch]
      }),
    )
    return [{ schema: { anyOf: [...distinct.values()] }, nullable }]
  }

  #items(schema: JsonObject, { pointer }: At, { level, position, around }: Spot) {
    const below = { level: level + 1, position: position.items, around }
    const items = member(schema, 'items')
    const first = this.#places(schema, 'prefixItems', { pointer, types: [] })
    if (first.length > 0) {
      const kinds = first.map((place) => this.#whole(place, below))
      return { items: kinds.length === 1 ? (kinds[0] ?? {}) : { anyOf: kinds } }
    }
    if (!isObject(items)) return { items: {} }
    return { items: this.#whole({ value: items, pointer: pointerTo(pointer, 'items') }, below) }
  }

  #members(schema: JsonObject, { pointer }: At, spot: Spot): JsonObject {
    const properties = member(schema, 'properties')
    const required = requiredOf(schema)
    const shownOnes: Record<string, Json> = {}
    for (const wire of isObject(properties) ? Object.keys(properties) : []) {
      const place = {
        value: member(properties, wire) ?? null,
        pointer: pointerTo(pointer, 'properties', wire),
      }
      if (place.value === false || this.#isHidden(place)) spot.position.hidden.add(wire)
      else {
        const { safe, below } = spot.position.property(wire)
        const at = { level: spot.level + 1, position: below, around: spot.around }
        this.#bytes += safe.length
        const keepNull = this.#limits.optionalNulls || required.includes(wire)
        shownOnes[safe] = this.#whole(place, at, keepNull)
      }
    }
    return {
      ...(Object.keys(shownOnes).length === 0 ? {} : { properties: shownOnes }),
      ...(required.length === 0 ? {} : { required }),
      ...this.#others(schema, pointer, spot),
    }
  }

  #others(schema: JsonObject, pointer: string, { level, position, around }: Spot): JsonObject {
    const others = member(schema, 'additionalProperties')
    if (others === false) {
      return member(schema, 'patternProperties') === undefined
        ? { additionalProperties: false }
        : {}
    }
    if (!isObject(others) || Object.keys(others).length === 0) return {}
    const place = { value: others, pointer: pointerTo(pointer, 'additionalProperties') }
    const below = { level: level + 1, position: position.others, around }
    return { additionalProperties: this.#whole(place, below) }
  }

  /** A schema that stands by itself, with null in it where it may be. */
  #whole(place: Place, spot: Spot, keepNull = true): JsonObject {
    const { schema, nullable } = this.#convert(place, spot)
    const finished = this.#finished(schema, spot.position, true)
    return nullable && keepNull ? withNull(finished) : finished
  }

  /** Takes what is hidden out of `required`, and gives names as the model sees them. */
  #finished(schema: JsonObject, position: SchemaPosition, whole: boolean): JsonObject {
    const required = member(schema, 'required')
    if (!isList(required)) return schema
    const left = required.filter((wire): wire is string => typeof wire === 'string')
    const visible = left.filter((wire) => !position.hidden.has(wire))
    const names = visible.map((wire) => position.property(wire).safe)
    const open = without(schema, 'required')
    if (names.length === 0) return open
    const properties = member(schema, 'properties')
    const undescribed = whole ? names.filter((name) => member(properties, name) === undefined) : []
    if (undescribed.length === 0) return { ...open, required: names }
    const added = Object.fromEntries(undescribed.map((name) => [name, {}]))
    const all = { ...(isObject(properties) ? properties : {}), ...added }
    return { ...open, properties: all, required: names }
  }

  #isHidden(place: Place): boolean {
    const key = this.#limits.direction === 'request' ? 'readOnly' : 'writeOnly'
    if (flagMember(place.value, key) === true) return true
    const followed = this.#references.follow(place)
    if ('broken' in followed) return false
    if (flagMember(followed.value, key) === true) return true
    const parts = member(followed.value, 'allOf')
    return isList(parts) && parts.some((part) => flagMember(part, key) === true)
  }

  #cutCycle(schema: JsonObject, pointer: string): Written {
    this.cut += 1
    const name = shown(keysOf(pointer)?.at(-1) ?? '', 60)
    const { types, nullable } = typesOf(schema)
    const [type] = types
    const described = this.#described({}, [`${name} again, of the same form as around it.`])
    const own = { ...(type === undefined ? {} : { type }), ...bareParts(types), ...described }
    this.#counts(own)
    return { schema: own, nullable }
  }

  #described(schema: JsonObject, notes: readonly string[]): JsonObject {
    const description = writeDescription(schema, notes, this.#limits.description)
    return description === '' ? {} : { description }
  }

  /** Before anything looks at each of the names or values: all operations of a document may have the same large schema. */
  #assertSmall(schema: JsonObject): void {
    const most = this.#limits.bytes / LEAST_BYTES
    if (['enum', 'required', 'properties'].some((key) => countIn(schema, key) > most)) {
      throw new TooLarge()
    }
  }

  #counts(own: JsonObject): void {
    this.#bytes += JSON.stringify(own).length
    if (this.#bytes > this.#limits.bytes) throw new TooLarge()
  }
}

interface At {
  readonly types: readonly SchemaType[]
  readonly pointer: string
}

interface Parts {
  readonly own: JsonObject
  readonly joined: readonly Written[]
}
