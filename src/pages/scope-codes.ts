import { html, type Html } from './html.js'

/** Values as code, with spaces between. */
export function codes(values: readonly string[]): Html[] {
  return values.map((value, index) => html`${index === 0 ? '' : ' '}<code>${value}</code>`)
}
