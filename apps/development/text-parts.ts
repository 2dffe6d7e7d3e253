import type { Directory } from '../authorization-server/directory.js'

/** The users of a directory as a person lists them: `alice, bob and carol`. */
export function usersOf({ users }: Directory): string {
  const names = users.map((user) => user.username)
  const last = names.at(-1) ?? 'nobody'
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** Indents every line of a text. */
export function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
