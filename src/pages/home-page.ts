import { metadataUrl, protectedResourceMetadata } from '../http/protected-resource-metadata.js'
import { html, type Html } from './html.js'
import { inlineElement } from './inline-element.js'
import { clientGuides } from './client-guides.js'
import { COPY_SCRIPT } from './copy-script.js'
import { connectSection, metadataSection, signInSection } from './home-page-sections.js'
import type { HomePageModel } from './home-page-model.js'
import { toolsSection } from './tools-section.js'
import { HOME_PAGE_STYLES } from './home-page-styles.js'

export interface RenderedPage {
  readonly markup: string
  /** The Content-Security-Policy that this page works under: its own style sheet and script, nothing else. */
  readonly contentSecurityPolicy: string
}

const STYLE = inlineElement('style', HOME_PAGE_STYLES)
const SCRIPT = inlineElement('script', COPY_SCRIPT)

// A browser asks for /favicon.ico otherwise, which the policy forbids and the console complains of.
const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="#0b57d0"/><path d="M4 8h7M8 5l3 3-3 3" fill="none" stroke="#fff" stroke-width="1.8"/></svg>',
  )

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${STYLE.source}`,
  `script-src ${SCRIPT.source}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Renders the page that a person sees who opens the server's URL in a browser. Pure; escapes every text. */
export function renderHomePage(model: HomePageModel): RenderedPage {
  return {
    markup: page(model).toString(),
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
  }
}

function page(model: HomePageModel): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${model.name}: MCP server</title>
        <link rel="icon" href="${ICON}" />
        ${STYLE.element}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${header(model)}
        <main id="main" tabindex="-1">${content(model)}</main>
        <footer>
          This page is the same for everybody: it knows nothing of who reads it.
          <p id="copy-status" class="visually-hidden" role="status"></p>
        </footer>
        ${SCRIPT.element}
      </body>
    </html> `
}

function header({ name, version }: HomePageModel): Html {
  return html`<header>
    <p class="brand">
      ${name} ${version === undefined ? '' : html`<span class="soft">${version}</span>`}
    </p>
    <nav aria-label="On this page">
      <ul>
        <li><a href="#connect">Connect</a></li>
        <li><a href="#tools">Tools</a></li>
        <li><a href="#sign-in">Sign-in</a></li>
        <li><a href="#metadata">Metadata</a></li>
      </ul>
    </nav>
  </header>`
}

function content(model: HomePageModel): Html {
  const { endpoint, resource } = model
  return html`<h1>An MCP server that acts as you</h1>
    <p class="lead">
      This address is for programs that speak the Model Context Protocol, such as Claude or VS Code.
      Connect one, and it sends you to sign in. From then on its tools work on your behalf: where a
      tool calls the API behind this server, the call is made as you, with your permissions and no
      others. The program never gets a key to that API.
    </p>
    <p class="status card">
      <span class="dot" aria-hidden="true"></span>
      <span>
        <strong>This server answers.</strong> Whether the authorization server and the API answer
        too only shows when a tool is called.
      </span>
    </p>
    ${connectSection(clientGuides(model))} ${toolsSection(model.tools)}
    ${signInSection(protectedResourceMetadata(resource))}
    ${metadataSection({ endpoint, metadata: metadataUrl(endpoint), health: model.healthUrl })}`
}
