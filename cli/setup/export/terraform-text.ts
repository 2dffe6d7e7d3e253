/** An expression of Terraform's language, in contrast to a text that means itself. */
export class Expression {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** As it stands within a text: `${…}`. */
  toJSON(): string {
    return `\${${this.#text}}`
  }
}

/** The text of a `*.tf.json` file: JSON in which every text means itself, and every `Expression` is evaluated. */
export function terraformText(document: object): string {
  return `${JSON.stringify(literal(document), undefined, 2)}\n`
}

function literal(value: unknown): unknown {
  if (typeof value === 'string') return escapeTemplate(value)
  if (value instanceof Expression || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(literal)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, literal(member)]),
  )
}

/** Terraform evaluates `${…}` and `%{…}` in every text of the JSON syntax; doubled, they stand for themselves. */
export function escapeTemplate(text: string): string {
  return text.replaceAll(/([$%])\{/g, '$1$1{')
}

/** A text of Terraform's own syntax, for use within an expression. */
export function quoted(text: string): string {
  return escapeTemplate(JSON.stringify(text))
}
