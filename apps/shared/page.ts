import { type Html, html } from '../../src/pages/html.js'
import { inlineElement } from '../../src/pages/inline-element.js'
import { LOOK } from '../../src/pages/base-styles.js'

/** A page of a companion program: `name` tells pages apart for programs, the rest is for people. */
export interface Page {
  readonly name: string
  readonly title: string
  /** The sentence in the bar above the page. */
  readonly notice: Html
  readonly body: Html
}

// The look is that of the MCP server's own page; the layout is one card, with a warning above it.
const STYLE = inlineElement(
  'style',
  `${LOOK}
header{--ground:#fff4c2;--ink:#3d2e00;--rim:#d9b93b}
@media (prefers-color-scheme:dark){header{--ground:#332b00;--ink:#f5e6a8;--rim:#77671a}}
body{min-height:100vh;display:flex;flex-direction:column}
header{padding:.7rem clamp(1rem,5vw,2rem);background:var(--ground);color:var(--ink);border-bottom:1px solid var(--rim);text-align:center}
header p{margin:0;text-wrap:balance}
main{width:100%;max-width:34rem;margin:auto;padding:clamp(1rem,4vw,2rem)}
.card{padding:clamp(1.25rem,5vw,2.25rem);background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin-bottom:.5rem;font-size:1.5rem}
ul{margin:0 0 1.25rem;padding-left:1.25rem}
li{margin-bottom:.35rem}
dl,.details{margin:0 0 1.5rem;padding:.8rem 1rem;background:var(--well);border-radius:.5rem;font-size:.925rem}
.details p{margin:0 0 .35rem}
p:last-child,.card>:last-child{margin-bottom:0}
dt{color:var(--soft)}
dd{margin:0 0 .5rem}
dd:last-child{margin-bottom:0}
form{display:grid;gap:.75rem}
button{width:100%;padding:.8rem 1rem;border:1px solid var(--edge);border-radius:.5rem;background:transparent;text-align:left}
button:hover{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
button .who{display:block;font-weight:600}
button .may{display:block;color:var(--soft);font-size:.925rem;overflow-wrap:anywhere}
.choice{grid-template-columns:1fr 1fr}
.choice button{text-align:center;font-weight:600}
.choice .allow{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
@media (max-width:22rem){.choice{grid-template-columns:1fr}}
`,
)

/** Returns a whole document, ready to send. */
export function renderPage({ name, title, notice, body }: Page): string {
  return html`<!doctype html>
    <html lang="en" data-page="${name}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE.element}
      </head>
      <body>
        <header>
          <p>${notice}</p>
        </header>
        <main><div class="card">${body}</div></main>
      </body>
    </html>`.toString()
}

/**
 * Returns the headers of a page: no script, nothing foreign, no frame, nothing kept.
 *
 * `formTarget` is where a sent form may lead beside this server: browsers apply `form-action` to the redirects that
 * follow, so the client's callback has to be allowed.
 */
export function pageHeaders(formTarget?: string): Record<string, string> {
  const formAction = formTarget === undefined ? "'self'" : `'self' ${formTarget}`
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `style-src ${STYLE.source}`,
      `form-action ${formAction}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}
