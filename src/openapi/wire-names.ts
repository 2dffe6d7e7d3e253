import { isList, isObject, setMember, type Json } from './json.js'

/** Names of the properties of a value as the API knows them, by the names that the model sees. */
export interface WireNames {
  /** Those that are renamed, or have renamed ones in them; all of them if `others` is there. */
  readonly properties: ReadonlyMap<
    string,
    { readonly wire: string; readonly names: WireNames | undefined }
  >
  /** Of the items of a list. */
  readonly items: WireNames | undefined
  /** Of the values of properties that are not named. */
  readonly others: WireNames | undefined
}

/** Gives the properties of a value, also of those in it, the names that the API knows. */
export function toWireValue(value: Json, names: WireNames | undefined): Json {
  if (names === undefined) return value
  if (isList(value)) return value.map((item) => toWireValue(item, names.items))
  if (!isObject(value)) return value
  const renamed: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const known = names.properties.get(key)
    const below = known === undefined ? names.others : known.names
    setMember(renamed, known?.wire ?? key, toWireValue(value[key] ?? null, below))
  }
  return renamed
}
