/** Below a space, invisible, or what turns the direction of a text: shown by its number. A space is all that separates words. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu
/** Marks that stack up on one letter, and cover the lines around it. No script needs so many. */
const STACKED = /(?<=\p{M}{4})\p{M}/gu
/** What ends a code span, or begins a tag in a client that shows HTML. */
const MARKUP = /[`<>&]/g
/** What makes an address a link in a client that looks for them. `\/` is JSON for a slash. */
const LINKS = [
  [/:\/\//g, String.raw`:\/\/`],
  [/www\./gi, (found: string) => `${found.slice(0, 3)}${escaped('.')}`],
] as const

/**
 * A text, such as a name or JSON, as one line that shows what is in it, in a Markdown code span: nothing in it is Markdown, HTML, a link,
 * a control or format character, or turns the direction of the text. JSON stays JSON, if it is not cut after `maxLength` characters.
 */
export function shownText(text: string, maxLength: number): string {
  return span(cut(text, maxLength))
}

/** A text for a page that escapes HTML itself: what is hidden in it, or turns its direction, is shown by its number. */
export function visibleText(text: string, maxLength: number): string {
  const [shown, more] = cut(text, maxLength)
  return `${shown.replace(HIDDEN, escaped).replace(STACKED, escaped)}${more > 0 ? '…' : ''}`
}

function cut(text: string, maxLength: number): readonly [shown: string, more: number] {
  return [text.slice(0, maxLength), Math.max(0, text.length - maxLength)]
}

function span([text, more]: readonly [string, number]): string {
  const [slashes, dots] = LINKS
  const plain = text
    .replace(HIDDEN, escaped)
    .replace(STACKED, escaped)
    .replace(MARKUP, escaped)
    .replace(...slashes)
    .replace(...dots)
  const rest = more > 0 ? ` … and ${more} more characters that are not shown` : ''
  return `\`${plain}\`${rest}`
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, '0')
    return `\\u${unit}`
  }).join('')
}
