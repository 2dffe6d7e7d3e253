import type { ProtectedResourceMetadata } from '../http/protected-resource-metadata.js'
import { html, type Html } from './html.js'
import type { ClientGuide, ClientStep } from './client-guides.js'
import { codes } from './scope-codes.js'

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
