import { safeName } from './safe-name.js'
import type { WireNames } from './wire-names.js'

/**
 * A position in a value. All schemas that describe it share one: the parts of an `allOf`, the branches of an `anyOf`. So a
 * property has one name for the model, whichever of them has it.
 */
export class SchemaPosition {
  /** Properties that are not shown, because they are read-only or write-only. By their wire names. */
  readonly hidden = new Set<string>()
  readonly #properties = new Map<
    string,
    { readonly safe: string; readonly below: SchemaPosition }
  >()
  readonly #taken = new Set<string>()
  #items: SchemaPosition | undefined
  #others: SchemaPosition | undefined

  get items(): SchemaPosition {
    return (this.#items ??= new SchemaPosition())
  }

  /** Of the values of properties that are not named. */
  get others(): SchemaPosition {
    return (this.#others ??= new SchemaPosition())
  }

  /** The name of a property for the model, and the position of its value. */
  property(wire: string): { readonly safe: string; readonly below: SchemaPosition } {
    const known = this.#properties.get(wire)
    if (known !== undefined) return known
    const safe = safeName(wire, (name) => this.#taken.has(name))
    const property = { safe, below: new SchemaPosition() }
    this.#taken.add(safe)
    this.#properties.set(wire, property)
    return property
  }

  /** `undefined` if no name was changed, here or below. */
  get names(): WireNames | undefined {
    const others = this.#others?.names
    const items = this.#items?.names
    const entries = [...this.#properties].flatMap(([wire, { safe, below }]) => {
      const names = below.names
      const needed = wire !== safe || names !== undefined || others !== undefined
      return needed ? [[safe, { wire, names }] as const] : []
    })
    if (entries.length === 0 && items === undefined && others === undefined) return undefined
    return { properties: new Map(entries), items, others }
  }
}
