/** What encoders write for ASCII: escapes of JSON and JavaScript, of URLs, of HTML. */
const ESCAPES =
  /\\(?:u00([2-7][\da-f])|x([2-7][\da-f])|(["'/\\]))|%([2-7][\da-f])|&#(?:x0*([2-7][\da-f])|0*(\d{2,3}));/gi
const MARKS = ['\\u00', '\\x', '\\/', '\\\\', '%', '&#'].map((mark) => Buffer.from(mark))
/** JSON in JSON in a URL, and one more. */
const MAX_ROUNDS = 4

/** Whether bytes have escapes by which ASCII can be hidden. Costs next to nothing. */
export function hasEscapes(bytes: Buffer): boolean {
  return MARKS.some((mark) => bytes.includes(mark))
}

/** A text with the escapes of ASCII in it undone, also where they are escaped themselves. */
export function unescaped(text: string): string {
  let form = text
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = form.replace(ESCAPES, plainCharacter)
    if (next === form) return form
    form = next
  }
  return form
}

function plainCharacter(whole: string, ...groups: readonly unknown[]): string {
  const [json, script, plain, url, html, decimal] = groups.map((group) =>
    typeof group === 'string' ? group : undefined,
  )
  if (plain !== undefined) return plain
  const hex = json ?? script ?? url ?? html
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  return code < 128 ? String.fromCharCode(code) : whole
}

/** The end of a text in which an escaped token may have begun: characters of tokens and of escapes alone. */
const MAY_GO_ON = /^[\w.~+/=\-\\%&#;]$/

/** How many of the last bytes are characters of tokens and escapes, up to `most`, where there is an escape among them. */
export function escapedEnd(bytes: Buffer, most: number): number {
  const from = Math.max(0, bytes.length - most)
  let at = bytes.length
  let escapes = false
  while (at > from) {
    const character = String.fromCharCode(bytes[at - 1] ?? 0)
    if (!MAY_GO_ON.test(character)) break
    escapes ||= character === '\\' || character === '%' || character === '&'
    at -= 1
  }
  return escapes ? bytes.length - at : 0
}
