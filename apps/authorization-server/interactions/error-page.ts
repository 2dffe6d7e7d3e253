import { html } from '../../../src/pages/html.js'
import type { Page } from './page.js'

/** What the error page needs to know. */
export interface ErrorPageModel {
  readonly error: string
  readonly description: string | undefined
  /** The sign-in that the page belonged to is over, or is another browser's. */
  readonly isSignInOver: boolean
}

/** Builds the page for a fault that cannot be sent back to a client (RFC 6749 §4.1.2.1). */
export function errorPage({ error, description, isSignInOver }: ErrorPageModel): Page {
  const advice = isSignInOver
    ? 'This sign-in is over, or was begun in another browser. Start it again from the application.'
    : 'The request was refused. Go back to the application and try again.'
  return {
    name: 'error',
    title: 'This did not work',
    body: html`
      <h1>This did not work</h1>
      <p>${advice}</p>
      <div class="details">
        <p><code data-error>${error}</code></p>
        ${description === undefined ? '' : html`<p data-description>${description}</p>`}
      </div>
    `,
  }
}
