import { type Html, html } from '../../../src/pages/html.js'
import type { Page } from './page.js'

/** One thing that a client asks for. */
export interface ScopeItem {
  readonly value: string
  readonly description?: string | undefined
}

/** What the consent page needs to know. */
export interface ConsentPageModel {
  readonly clientName: string
  readonly clientId: string
  /** The client registered itself or published its own metadata. */
  readonly isSelfDescribed: boolean
  readonly redirectUri: string
  readonly userName: string
  readonly action: string
  /** What the client gets if the user agrees. */
  readonly offered: readonly ScopeItem[]
  /** What the client asked for and does not get, whatever the user says. */
  readonly withheld: readonly string[]
}

/** Builds the page on which a user lets a client act for them, or not. */
export function consentPage(model: ConsentPageModel): Page {
  return {
    name: 'consent',
    title: `Allow ${model.clientName}?`,
    body: html`
      <h1>Allow <strong>${model.clientName}</strong>?</h1>
      <p>
        You are signed in as <strong>${model.userName}</strong>.
        ${model.isSelfDescribed ? SELF_DESCRIBED : ''}
      </p>
      ${offer(model.offered)} ${withheldNote(model.withheld)}
      <dl>
        <dt>You will be sent to</dt>
        <dd><code>${model.redirectUri}</code></dd>
        <dt>Client id</dt>
        <dd><code>${model.clientId}</code></dd>
      </dl>
      <form method="post" action="${model.action}" class="choice">
        <button type="submit" name="decision" value="deny">Deny</button>
        <button type="submit" name="decision" value="allow" class="allow">Allow</button>
      </form>
    `,
  }
}

const SELF_DESCRIBED = 'This application described itself; nobody has checked its name.'

function offer(items: readonly ScopeItem[]): Html {
  if (items.length === 0) return html`<p>It will learn who you are, and may do nothing else.</p>`
  return html`<p>It will be able to:</p>
    <ul>
      ${items.map(
        ({ value, description }) => html`<li>${description ?? value} <code>${value}</code></li>`,
      )}
    </ul>`
}

function withheldNote(scopes: readonly string[]): Html {
  if (scopes.length === 0) return html``
  return html`<p class="soft">
    It also asked for <code>${scopes.join(' ')}</code>, which it will not get: your account or the
    application is not permitted.
  </p>`
}
