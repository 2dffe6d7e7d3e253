const MAX_SHOWN = 100
// Control characters, separators of lines, and what makes text invisible or turns it round.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu

/** A name of the document, fit for a message: one line, bounded. */
export function shown(name: string, most = MAX_SHOWN): string {
  const cut = name.length > most ? `${name.slice(0, most)}…` : name
  return cut.replace(UNPRINTABLE, ' ')
}

/** "a, b, c and 4 more". */
export function shownList(names: readonly string[], most = 5): string {
  const some = names.slice(0, most).map((name) => shown(name))
  const more = names.length - some.length
  return more > 0 ? `${some.join(', ')} and ${more} more` : some.join(', ')
}
