import { isJsonObject } from '../http/json-object.js'

/** An argument, or a part of one, with its parts in the order in which they are shown. */
export interface ArgumentNode {
  /** The way to it: `body.seats[0]`. */
  readonly path: string
  readonly kind: 'value' | 'object' | 'list'
  /** As JSON. Of an object: its members in the order of the schema. */
  readonly text: string
  readonly parts: readonly ArgumentNode[]
  /** How many values it has: those that have no parts. */
  readonly values: number
}

type Schema = Readonly<Record<string, unknown>>

const MAX_DEPTH = 8

/**
 * The arguments of a call as a tree. Names that `schema` (JSON Schema) knows come first, in its order; the others follow as the client
 * sent them. What is nested deeper than 8 levels has no parts.
 */
export function argumentTree(
  args: Readonly<Record<string, unknown>>,
  schema: Schema | undefined,
): ArgumentNode {
  return nodeOf(args, { path: '', schemas: schema === undefined ? [] : [schema], depth: 0 })
}

/** Where a value stands. */
interface Place {
  readonly path: string
  /** All that say something about it. */
  readonly schemas: readonly Schema[]
  readonly depth: number
}

function nodeOf(value: unknown, place: Place): ArgumentNode {
  const kind = kindOf(value)
  if (kind === 'value' || place.depth >= MAX_DEPTH) return valueNode(value, place.path)
  const members: readonly (readonly [string, ArgumentNode])[] = Array.isArray(value)
    ? elementsOf(value, place)
    : membersOf(value as Schema, place)
  if (members.length === 0) return valueNode(value, place.path)
  const parts = members.map(([, node]) => node)
  const texts = members.map(([name, { text }]) =>
    kind === 'list' ? text : `${JSON.stringify(name)}:${text}`,
  )
  return {
    path: place.path,
    kind,
    text: kind === 'list' ? `[${texts.join(',')}]` : `{${texts.join(',')}}`,
    parts,
    values: parts.reduce((sum, { values }) => sum + values, 0),
  }
}

function valueNode(value: unknown, path: string): ArgumentNode {
  return { path, kind: 'value', text: JSON.stringify(value), parts: [], values: 1 }
}

function kindOf(value: unknown): ArgumentNode['kind'] {
  if (Array.isArray(value)) return 'list'
  return isJsonObject(value) ? 'object' : 'value'
}

function elementsOf(list: readonly unknown[], { path, schemas, depth }: Place) {
  const ofItems = schemas.flatMap(({ items }) => withBranches(items))
  return list.map((element, index) => {
    const place = { path: `${path}[${index}]`, schemas: ofItems, depth: depth + 1 }
    return ['', nodeOf(element, place)] as const
  })
}

function membersOf(value: Schema, { path, schemas, depth }: Place) {
  const prefix = path === '' ? '' : `${path}.`
  const known = knownMembers(depth === 0 ? schemas.flatMap(withBranches) : schemas)
  const names = [...known.keys()].filter((name) => Object.hasOwn(value, name))
  const others = Object.keys(value).filter((name) => !known.has(name))
  return [...names, ...others].map((name) => {
    const place = { path: `${prefix}${name}`, schemas: known.get(name) ?? [], depth: depth + 1 }
    return [name, nodeOf(value[name], place)] as const
  })
}

/** The members that schemas name, in their order. */
function knownMembers(schemas: readonly Schema[]): ReadonlyMap<string, readonly Schema[]> {
  const known = new Map<string, readonly Schema[]>()
  for (const { properties } of schemas) {
    if (!isJsonObject(properties)) continue
    for (const [name, schema] of Object.entries(properties)) {
      known.set(name, [...(known.get(name) ?? []), ...withBranches(schema)])
    }
  }
  return known
}

/** A schema, and those of which it consists. */
function withBranches(schema: unknown): readonly Schema[] {
  if (!isJsonObject(schema)) return []
  const branches = [schema['allOf'], schema['anyOf'], schema['oneOf']]
  return [schema, ...branches.flat().flatMap(withBranches)]
}
