import { createHash } from 'node:crypto'
import { Html } from './html.js'

/** A style sheet or script that stands in a page, and its source expression in the Content-Security-Policy. */
export interface InlineElement {
  readonly element: Html
  /** The source expression for `style-src` or `script-src` (CSP3 §2.3.1): a hash of this text and no other. */
  readonly source: string
}

/**
 * Puts text of our own into a `style` or `script` element, unescaped: the browser hashes what it reads.
 *
 * Throws a `TypeError` for text that would end the element. Never for text that comes from elsewhere.
 */
export function inlineElement(name: 'style' | 'script', text: string): InlineElement {
  if (/<\/|<!--/.test(text)) throw new TypeError(`The ${name} would end its own element.`)
  return {
    element: new Html(`<${name}>${text}</${name}>`),
    source: `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  }
}
