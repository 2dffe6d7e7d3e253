import type { Directory, UserEntry } from '../directory.js'
import { permissionsOf } from '../rbac.js'
import { type Html, html } from './html.js'
import type { Page } from './page.js'

/** What the sign-in page needs to know. */
export interface SignInPageModel {
  readonly directory: Directory
  readonly clientName: string
  readonly action: string
  /** The request's `login_hint`: this user's button gets the focus. */
  readonly hint?: string
}

/** Builds the page on which one chooses a user, without a password: this server is for development. */
export function signInPage({ directory, clientName, action, hint }: SignInPageModel): Page {
  return {
    name: 'sign-in',
    title: 'Sign in',
    body: html`
      <h1>Sign in</h1>
      <p>to continue to <strong>${clientName}</strong></p>
      <p class="note" role="note">
        Development only: choose who you want to be. There is no password.
      </p>
      <form method="post" action="${action}">
        ${directory.users.map((user) => userButton(directory, user, isHinted(user, hint)))}
      </form>
    `,
  }
}

function userButton(directory: Directory, user: UserEntry, focused: boolean): Html {
  const permissions = directory.resource_servers.flatMap((api) =>
    permissionsOf(directory, user, api),
  )
  const roles = user.roles.length === 0 ? 'no role' : user.roles.join(', ')
  const may = permissions.length === 0 ? 'may do nothing' : `may: ${permissions.join(', ')}`
  return html`<button
    type="submit"
    name="username"
    value="${user.username}"
    ${focused ? AUTOFOCUS : ''}
  >
    <span class="who">${user.name}</span>
    <span class="may">${user.username} · ${roles} · ${may}</span>
  </button>`
}

const AUTOFOCUS = html`autofocus`

function isHinted(user: UserEntry, hint: string | undefined): boolean {
  return hint !== undefined && [user.username, user.email, user.user_id].includes(hint)
}
