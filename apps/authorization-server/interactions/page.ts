import { createHash } from 'node:crypto'
import { Html, html } from './html.js'

/** A page of this server: `name` tells them apart for programs, `title` and `body` are for people. */
export interface Page {
  readonly name: 'sign-in' | 'consent' | 'error'
  readonly title: string
  readonly body: Html
}

const STYLES = `
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1b1f24;--soft:#57606a;--line:#d0d7de;--accent:#0b57d0;--on-accent:#fff;--note:#fff8c5;--on-note:#3d2e00}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--card:#161b22;--text:#e6edf3;--soft:#9da7b3;--line:#3d444d;--accent:#8ab4f8;--on-accent:#0d1117;--note:#332b00;--on-note:#f5e6a8}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:clamp(1.25rem,5vw,2.25rem);background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem}
.soft{color:var(--soft)}
.note{padding:.6rem .8rem;border-radius:.5rem;background:var(--note);color:var(--on-note);font-size:.9rem}
ul{margin:0 0 1.25rem;padding-left:1.25rem}
li{margin-bottom:.35rem}
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
strong{overflow-wrap:anywhere}
form{display:grid;gap:.75rem}
button{width:100%;padding:.8rem 1rem;border:1px solid var(--line);border-radius:.5rem;background:transparent;color:inherit;font:inherit;text-align:left;cursor:pointer}
button:hover{border-color:var(--accent)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
button .who{display:block;font-weight:600}
button .may{display:block;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
.choice{grid-template-columns:1fr 1fr}
.choice button{text-align:center;font-weight:600}
.choice .allow{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
@media (max-width:22rem){.choice{grid-template-columns:1fr}}
`

// Unescaped, since the browser compares the hash with what it reads.
const STYLE_ELEMENT = new Html(`<style>${STYLES}</style>`)
const STYLE_HASH = createHash('sha256').update(STYLES).digest('base64')

/** Returns a whole document, ready to send. */
export function renderPage({ name, title, body }: Page): string {
  return html`<!doctype html>
    <html lang="en" data-page="${name}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`.toString()
}

/**
 * Returns the headers of a page: no script, nothing foreign, no frame, nothing kept.
 *
 * @param formTarget - where a sent form may lead beside this server: browsers apply `form-action` to
 *   the redirects that follow, so the client's callback has to be allowed.
 */
export function pageHeaders(formTarget?: string): Record<string, string> {
  const formAction = formTarget === undefined ? "'self'" : `'self' ${formTarget}`
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_HASH}'`,
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

/** Returns the CSP source that covers a callback: its origin, or its scheme when it has none. */
export function formTargetOf(redirectUri: unknown): string | undefined {
  if (typeof redirectUri !== 'string' || !URL.canParse(redirectUri)) return undefined
  const { origin, protocol } = new URL(redirectUri)
  return origin === 'null' ? protocol : origin
}
