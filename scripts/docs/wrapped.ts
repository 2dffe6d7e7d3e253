/** A word that would turn a line that begins with it into a list, a heading, a quotation or a table. */
const STRUCTURAL = /^(?:[-+*>#|]|\d+[.)])/

/**
 * Breaks a paragraph into lines of at most `width` characters, at spaces alone.
 *
 * A word that is longer stands on a line of its own. No line begins with a word that means something else to Markdown
 * there. Line breaks of the given text count as spaces.
 */
export function wrapped(text: string, width = 118): string {
  const lines: string[] = []
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const last = lines.at(-1)
    const fits = last !== undefined && last.length + 1 + word.length <= width
    if (last !== undefined && (fits || STRUCTURAL.test(word)))
      lines.splice(-1, 1, `${last} ${word}`)
    else lines.push(word)
  }
  return lines.join('\n')
}
