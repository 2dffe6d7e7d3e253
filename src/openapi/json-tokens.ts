/** What a token of JSON is: a bracket, a colon or a comma is its own kind. */
export type JsonTokenKind = '{' | '}' | '[' | ']' | ':' | ',' | 'text' | 'literal' | 'end' | 'bad'

const SPACE = /[^\t\n\r ]/g
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// Control characters must be escaped.
const BAD_TEXT = /[^ -\u{10ffff}]|\\(?!["\\/bfnrt]|u[\da-fA-F]{4})/u

/** Reads JSON token by token, for what `JSON.parse` does not tell: positions, faults, keys that stand twice. */
export class JsonTokens {
  readonly #text: string
  /** Where the token begins, and where it ends. */
  start = 0
  end = 0
  kind: JsonTokenKind = 'bad'

  constructor(text: string) {
    this.#text = text
  }

  next(): JsonTokenKind {
    SPACE.lastIndex = this.end
    const found = SPACE.exec(this.#text)
    this.start = found === null ? this.#text.length : found.index
    this.kind = this.#read()
    return this.kind
  }

  /** The value of a text token. */
  value(): string {
    return JSON.parse(this.#text.slice(this.start, this.end)) as string
  }

  /** Goes to the end of the value whose first token was read last. */
  skip(): void {
    let depth = 0
    do {
      if (this.kind === '{' || this.kind === '[') depth += 1
      else if (this.kind === '}' || this.kind === ']') depth -= 1
      else if (this.kind === 'end' || this.kind === 'bad') return
      if (depth > 0) this.next()
    } while (depth > 0)
  }

  #read(): JsonTokenKind {
    const first = this.#text[this.start]
    if (first === undefined) return this.#ends('end', this.start)
    if (isMark(first)) return this.#ends(first, this.start + 1)
    if (first === '"') return this.#quoted()
    LITERAL.lastIndex = this.start
    const literal = LITERAL.exec(this.#text)
    if (literal === null) return this.#ends('bad', this.start + 1)
    return this.#ends('literal', this.start + literal[0].length)
  }

  #quoted(): JsonTokenKind {
    let close = this.#text.indexOf('"', this.start + 1)
    while (close !== -1 && this.#isEscaped(close)) close = this.#text.indexOf('"', close + 1)
    if (close === -1) return this.#ends('bad', this.#text.length)
    return this.#ends('text', close + 1)
  }

  /** Where in the text token is what must not be in it; `undefined` where there is nothing. */
  badCharacter(): number | undefined {
    const at = this.#text.slice(this.start + 1, this.end - 1).search(BAD_TEXT)
    return at === -1 ? undefined : this.start + 1 + at
  }

  #isEscaped(quote: number): boolean {
    let at = quote
    while (this.#text[at - 1] === '\\') at -= 1
    return (quote - at) % 2 === 1
  }

  #ends(kind: JsonTokenKind, end: number): JsonTokenKind {
    this.end = end
    return kind
  }
}

function isMark(text: string): text is '{' | '}' | '[' | ']' | ':' | ',' {
  return text.length === 1 && '{}[]:,'.includes(text)
}
