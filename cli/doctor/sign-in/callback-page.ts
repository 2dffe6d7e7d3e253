import { LOOK } from '../../../src/pages/base-styles.js'
import { html } from '../../../src/pages/html.js'
import { inlineElement } from '../../../src/pages/inline-element.js'

/** What a request to the callback came to. */
export type CallbackOutcome = 'received' | 'refused' | 'foreign'

const WORDS: Readonly<Record<CallbackOutcome, readonly [title: string, text: string]>> = {
  received: [
    'You are back from the sign-in',
    'The doctor goes on in your terminal. You can close this window.',
  ],
  refused: ['The sign-in did not succeed', 'Your terminal says why. You can close this window.'],
  foreign: [
    'This is not the answer to your sign-in',
    'The doctor still waits for it. You can close this window, and sign in at the address that your terminal shows.',
  ],
}

const STYLE = inlineElement(
  'style',
  `${LOOK}
main{max-width:34rem;margin:15vh auto 0;padding:0 1.5rem}
h1{margin-bottom:.75rem;font-size:1.5rem}
`,
)
// The code is spent and useless to others; all the same it need not stay in the address bar and the history.
const SCRIPT = inlineElement('script', `history.replaceState(null, '', location.pathname)`)

/** Headers for the callback's page: nothing is kept, nothing is loaded, nothing learns its address. */
export const CALLBACK_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': `default-src 'none'; style-src ${STYLE.source}; script-src ${SCRIPT.source}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/** The page that the person sees at the end of the sign-in. Holds nothing of the request. */
export function callbackPage(outcome: CallbackOutcome): string {
  const [title, text] = WORDS[outcome]
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${STYLE.element}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${text}</p>
        </main>
        ${SCRIPT.element}
      </body>
    </html> `.toString()
}
