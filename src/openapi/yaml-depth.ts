import type { CST } from 'yaml'

type TokenType = typeof CST.tokenType

/**
 * Follows how deep the collections of a YAML text are, lexeme by lexeme: at most twice as deep as said, since a list may
 * stand in the column of the object around it.
 *
 * The parser of the package uses recursion, and a text that exhausts the stack there may end the process.
 */
export class YamlDepth {
  readonly #tokenType: TokenType
  /** Columns in which block collections have begun and not ended. */
  readonly #columns: number[] = []
  #column = 0
  /** Of each open bracket: how many pairs of key and value are within each other since the last comma. */
  readonly #pairs: number[] = []
  #nestedPairs = 0
  #lineBegins = true

  /** `tokenType` is `CST.tokenType` of the package, which not everybody who imports this needs to load. */
  constructor(tokenType: TokenType) {
    this.#tokenType = tokenType
  }

  /** Takes one lexeme of the package's `Lexer`; returns the depth behind it. */
  after(lexeme: string): number {
    const type = this.#tokenType(lexeme)
    if (type === 'flow-seq-start' || type === 'flow-map-start') this.#pairs.push(0)
    else if (type === 'flow-seq-end' || type === 'flow-map-end') this.#ends(this.#pairs.pop())
    else if (type === 'comma') this.#ends(this.#pairs.splice(-1, 1, 0)[0])
    else if (type === 'map-value-ind' && this.#pairs.length > 0) this.#nests()
    else if (type !== 'space' && type !== 'newline' && type !== 'comment') this.#begins(type)
    this.#moves(lexeme)
    return this.#columns.length + this.#pairs.length + this.#nestedPairs
  }

  #nests(): void {
    const top = this.#pairs.length - 1
    this.#pairs[top] = (this.#pairs[top] ?? 0) + 1
    this.#nestedPairs += 1
  }

  #ends(pairs = 0): void {
    this.#nestedPairs -= pairs
  }

  #begins(type: ReturnType<TokenType>): void {
    const isMark =
      type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind'
    const nests = this.#lineBegins || (isMark && this.#pairs.length === 0)
    this.#lineBegins = false
    if (!nests) return
    while ((this.#columns.at(-1) ?? -1) > this.#column) this.#columns.pop()
    if (this.#columns.at(-1) !== this.#column) this.#columns.push(this.#column)
  }

  #moves(lexeme: string): void {
    const end = lexeme.lastIndexOf('\n')
    this.#column = end === -1 ? this.#column + lexeme.length : lexeme.length - end - 1
    if (end !== -1 && end === lexeme.length - 1) this.#lineBegins = true
  }
}
