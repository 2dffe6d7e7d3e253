/**
 * A text without these characters at its end. In one pass: a pattern such as `/_+$/` looks again from each character, and a
 * long text then takes minutes.
 */
export function trimEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

/** A text without these characters at both ends, as `trimEnd`. */
export function trimEnds(text: string, characters: string): string {
  let start = 0
  while (start < text.length && characters.includes(text.charAt(start))) start += 1
  return trimEnd(text.slice(start), characters)
}
