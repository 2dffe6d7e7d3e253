import { html } from '../../../src/web-page/html.js'
import type { Page } from './page.js'

/** Builds the page for a fault that cannot be sent back to a client (RFC 6749 §4.1.2.1). */
export function errorPage(error: string, description: string | undefined): Page {
  return {
    name: 'error',
    title: 'This did not work',
    body: html`
      <h1>This did not work</h1>
      <p>The request was refused. Go back to the application and try again.</p>
      <p><code data-error>${error}</code></p>
      ${description === undefined ? html`` : html`<p data-description>${description}</p>`}
    `,
  }
}
