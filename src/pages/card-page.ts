import { LOOK } from './base-styles.js'
import { html, type Html } from './html.js'
import { inlineElement } from './inline-element.js'

/** A page of one card: `name` tells pages apart for programs, `title` and `body` are for people. */
export interface CardPage {
  readonly name: string
  readonly title: string
  readonly body: Html
}

const STYLE = inlineElement(
  'style',
  `${LOOK}
body{min-height:100vh;display:flex}
main{width:100%;max-width:40rem;margin:auto;padding:clamp(1rem,4vw,2rem)}
.card{padding:clamp(1.25rem,5vw,2.25rem);background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin-bottom:.75rem;font-size:1.5rem}
ul{margin:0 0 1.25rem;padding:.8rem 1rem .8rem 2rem;background:var(--well);border-radius:.5rem}
li{margin-bottom:.35rem;overflow-wrap:anywhere}
dl{margin:0 0 1.5rem;font-size:.925rem}
dt{color:var(--soft)}
dd{margin:0 0 .5rem;overflow-wrap:anywhere}
code,dd,bdi{unicode-bidi:isolate}
form{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
button{padding:.8rem 1rem;border:1px solid var(--edge);border-radius:.5rem;background:transparent;font-weight:600}
button:hover{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.approve{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.other{display:block;margin-top:1.5rem;padding-top:1rem;border-top:1px solid var(--line)}
.other p{margin-bottom:.5rem}
p{overflow-wrap:anywhere}
.card>:last-child{margin-bottom:0}
@media (max-width:22rem){form{grid-template-columns:1fr}}
`,
)

/**
 * The headers of such a page: no script, nothing foreign, no frame, nothing kept. Forms lead to this server alone, their redirects
 * included. No address leaves for another site; with `no-referrer`, browsers would also hide the origin of the forms, which is checked.
 */
export const CARD_PAGE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${STYLE.source}`,
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
})

/** Returns a whole document, ready to send under `CARD_PAGE_HEADERS`. */
export function renderCardPage({ name, title, body }: CardPage): string {
  return html`<!doctype html>
    <html lang="en" data-page="${name}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${STYLE.element}
      </head>
      <body>
        <main><div class="card">${body}</div></main>
      </body>
    </html>`.toString()
}
