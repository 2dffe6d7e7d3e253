import type { ProtectedResourceMetadata } from '../http/protected-resource-metadata.js'
import { html, type Html } from './html.js'
import type { ClientGuide, ClientStep } from './client-guides.js'
import type { HomePageTool } from './home-page-model.js'

/** How to connect each client, with a snippet to copy. */
export function connectSection(guides: readonly ClientGuide[]): Html {
  return html`<section aria-labelledby="connect">
    <h2 id="connect">Connect</h2>
    <nav class="jump" aria-label="Clients">
      <ul>
        ${guides.map(({ id, client }) => html`<li><a href="#${id}">${client}</a></li>`)}
      </ul>
    </nav>
    ${guides.map(
      ({ id, client, steps }) =>
        html`<section class="card" aria-labelledby="${id}">
          <h3 id="${id}">${client}</h3>
          ${steps.map((step, index) => stepPart(step, client, `snippet-${id}-${index + 1}`))}
        </section>`,
    )}
  </section>`
}

function stepPart({ how, snippet }: ClientStep, client: string, id: string): Html {
  return html`<div class="step">
    <p>${how}</p>
    <button type="button" data-copy="${id}" hidden>
      <span>Copy</span><span class="visually-hidden"> the snippet for ${client}</span>
    </button>
    <pre
      id="${id}"
      tabindex="0"
      role="group"
      aria-label="Snippet for ${client}"
    ><code>${snippet}</code></pre>
  </div>`
}

/** The tools and what a token needs for each; the same for every reader. */
export function toolsSection(tools: readonly HomePageTool[]): Html {
  return html`<section aria-labelledby="tools">
    <h2 id="tools">Tools</h2>
    <p>Which of them you can use depends on your permissions and on what you let the program do.</p>
    ${
      tools.length === 0
        ? html`<p>This server has no tools.</p>`
        : html`<ul class="tools">
            ${tools.map(toolItem)}
          </ul>`
    }
  </section>`
}

function toolItem({ name, title, description, requiredScopes, downstream }: HomePageTool): Html {
  return html`<li class="card">
    <h3 class="tool">${title ?? name} <code class="soft">${name}</code></h3>
    ${description === undefined ? '' : html`<p>${description}</p>`}
    <p class="facts">
      <span>${scopesText(requiredScopes)}</span>
      <span>${downstream === undefined ? 'Calls no API' : 'Calls the API as you'}</span>
    </p>
  </li>`
}

function scopesText(scopes: readonly string[]): Html {
  if (scopes.length === 0) return html`Needs a sign-in, no scope`
  return html`Needs ${codes(scopes)}`
}

/** Where people sign in, and what a client asks for there. */
export function signInSection(metadata: ProtectedResourceMetadata): Html {
  const { authorization_servers: servers, scopes_supported: scopes } = metadata
  return html`<section aria-labelledby="sign-in">
    <h2 id="sign-in">Sign-in</h2>
    <div class="card">
      <dl>
        <dt>${servers.length === 1 ? 'Authorization server' : 'Authorization servers'}</dt>
        ${servers.map((server) => html`<dd><code>${server}</code></dd>`)}
        <dt>Tokens are for</dt>
        <dd><code>${metadata.resource}</code></dd>
        ${
          scopes === undefined
            ? ''
            : html`<dt>Scopes to ask for at first</dt>
                <dd>${codes(scopes)}</dd>`
        }
      </dl>
    </div>
  </section>`
}

/** The addresses that programs read. */
export function metadataSection(addresses: {
  readonly endpoint: URL
  readonly metadata: URL
  readonly health: URL | undefined
}): Html {
  const { endpoint, metadata, health } = addresses
  return html`<section aria-labelledby="metadata">
    <h2 id="metadata">Metadata</h2>
    <div class="card">
      <dl>
        <dt>MCP endpoint</dt>
        <dd><code>${endpoint.href}</code></dd>
        <dt>Protected-resource metadata (RFC 9728)</dt>
        <dd><a href="${metadata.href}">${metadata.href}</a></dd>
        ${
          health === undefined
            ? ''
            : html`<dt>Health of this process</dt>
                <dd><a href="${health.href}">${health.href}</a></dd>`
        }
      </dl>
    </div>
  </section>`
}

function codes(values: readonly string[]): Html[] {
  return values.map((value, index) => html`${index === 0 ? '' : ' '}<code>${value}</code>`)
}
