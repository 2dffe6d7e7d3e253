/** The members that may be `undefined` become optional, the others stay. */
export type WithoutUndefined<Members> = {
  [Key in keyof Members as undefined extends Members[Key] ? never : Key]: Members[Key]
} & {
  [Key in keyof Members as undefined extends Members[Key] ? Key : never]?: Exclude<
    Members[Key],
    undefined
  >
}

/** Copies an object without its members that are `undefined`: for callees to which an absent member is another thing. */
export function withoutUndefined<Members extends object>(
  members: Members,
): WithoutUndefined<Members> {
  // Faster than entries that are filtered: this runs several times in each call.
  const present: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue
    // An assignment would set the prototype.
    if (name === '__proto__') Object.defineProperty(present, name, { ...MEMBER, value })
    else present[name] = value
  }
  return present as WithoutUndefined<Members>
}

const MEMBER = { enumerable: true, writable: true, configurable: true }
