import { formTargetOf } from '../../authorization-server/interactions/page.js'
import { pageHeaders, renderPage } from '../../shared/page.js'
import { html, type Html } from '../../../src/pages/html.js'
import type { AuthorizationRequest } from './authorization-request.js'
import type { StandInUser } from './stand-in-user.js'

/** A document and its headers, ready to send. */
export interface RenderedPage {
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SignInPageModel {
  /** Whose sign-in page it stands for. */
  readonly title: string
  readonly users: readonly StandInUser[]
  readonly request: AuthorizationRequest
  /** Where the form goes. */
  readonly action: string
}

/** Builds the page on which a person chooses who to be. */
export function signInPage({ title, users, request, action }: SignInPageModel): RenderedPage {
  const { client, scopes, loginHint, redirectUri } = request
  const text = renderPage({
    name: 'sign-in',
    title: 'Sign in',
    notice: noticeOf(title),
    body: html`
      <h1>Sign in</h1>
      <p>to continue to <strong>${client.name}</strong></p>
      <p class="soft">It asks for <code>${scopes.join(' ') || 'nothing'}</code> and gets it.</p>
      <p>Choose who you want to be.</p>
      <form method="post" action="${action}">${users.map((user) => button(user, loginHint))}</form>
    `,
  })
  return { text, headers: pageHeaders(formTargetOf(redirectUri)) }
}

/** Builds the page for a fault that must not be sent to a redirect URI. */
export function faultPage(
  title: string,
  { error, description }: { readonly error: string; readonly description: string },
): RenderedPage {
  const text = renderPage({
    name: 'error',
    title: 'This did not work',
    notice: noticeOf(title),
    body: html`
      <h1>This did not work</h1>
      <div class="details">
        <p><code data-error>${error}</code></p>
        <p data-description>${description}</p>
      </div>
    `,
  })
  return { text, headers: pageHeaders() }
}

/** The sentence above every page of a stand-in. */
export function noticeOf(title: string): Html {
  return html`<strong>Stand-in for ${title}, for development only.</strong> Anyone can sign in as
    anyone: there are no passwords. This is not the real service.`
}

function button(user: StandInUser, hint: string | undefined): Html {
  const isHinted = hint !== undefined && [user.username, user.email].includes(hint)
  const fault = user.fault === undefined ? '' : ` · every exchange is refused: ${user.fault}`
  return html`<button
    type="submit"
    name="username"
    value="${user.username}"
    ${isHinted ? AUTOFOCUS : ''}
  >
    <span class="who">${user.name}</span>
    <span class="may">${user.email}${fault}</span>
  </button>`
}

const AUTOFOCUS = html`autofocus`
