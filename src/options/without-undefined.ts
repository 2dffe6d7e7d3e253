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
  const present = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as WithoutUndefined<Members>
}
