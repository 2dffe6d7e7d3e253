/** A text of which Markdown reads nothing as its own. */
export function withoutMarkup(text: string): string {
  return text.replaceAll(/[\\<*_`[\]]/g, (character) => `\\${character}`)
}
