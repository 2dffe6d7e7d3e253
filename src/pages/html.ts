const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A piece of markup. Made by {@link html}, every foreign text in it is escaped. */
export class Html {
  readonly #markup: string

  /** Takes markup as it is: only for text of our own. */
  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What may stand in a template: text is escaped, markup is not, a list is joined. */
export type HtmlValue = string | number | Html | readonly Html[]

/** Template tag that builds markup; texts between `${}` are escaped for elements and quoted attributes. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(literals.map((literal, index) => literal + render(values[index] ?? '')).join(''))
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.toString()
  if (typeof value === 'object') return value.map((part) => part.toString()).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
