import { html, type Html } from '../../../src/pages/html.js'
import { renderPage as renderSharedPage } from '../../shared/page.js'

export { pageHeaders } from '../../shared/page.js'

/** A page of this server: `name` tells them apart for programs, `title` and `body` are for people. */
export interface Page {
  readonly name: 'front' | 'sign-in' | 'consent' | 'error'
  readonly title: string
  readonly body: Html
}

const NOTICE = html`<strong>Development only.</strong> On this server anyone can sign in as anyone:
  there are no passwords.`

/** Returns a whole document, ready to send. Every page says what kind of server this is. */
export function renderPage(page: Page): string {
  return renderSharedPage({ ...page, notice: NOTICE })
}

/** Returns the CSP source that covers a callback: its origin, or its scheme when it has none. */
export function formTargetOf(redirectUri: unknown): string | undefined {
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return undefined
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}
