import type { Directory, OrganizationEntry, UserEntry } from '../directory.js'
import { isMember } from '../organizations.js'
import { permissionsOf } from '../rbac.js'
import { type Html, html } from '../../../src/pages/html.js'
import type { Page } from './page.js'

/** What the sign-in page needs to know. */
export interface SignInPageModel {
  readonly directory: Directory
  /** Those who may sign in at the client. */
  readonly users: readonly UserEntry[]
  readonly clientName: string
  /** The organization to sign in to, if the request names one. */
  readonly organization?: OrganizationEntry | undefined
  readonly action: string
  /** The request's `login_hint`: this user's button gets the focus. */
  readonly hint?: string | undefined
}

/** Builds the page on which one chooses a user, without a password: this server is for development. */
export function signInPage(model: SignInPageModel): Page {
  const { users, clientName, organization, action } = model
  return {
    name: 'sign-in',
    title: 'Sign in',
    body: html`
      <h1>Sign in</h1>
      <p>to continue to <strong>${clientName}</strong>${place(organization)}</p>
      <p>Choose who you want to be.</p>
      <form method="post" action="${action}">${users.map((user) => userButton(model, user))}</form>
    `,
  }
}

function place(organization: OrganizationEntry | undefined): Html {
  if (organization === undefined) return html``
  const { display_name: displayName, name } = organization
  return html` as a member of <strong>${displayName ?? name}</strong>`
}

function userButton({ directory, organization, hint }: SignInPageModel, user: UserEntry): Html {
  const focused = isHinted(user, hint)
  const permitted = directory.resource_servers.flatMap((api) =>
    permissionsOf(directory, { user, organization }, api),
  )
  // Two APIs may have scopes of the same name.
  const permissions = [...new Set(permitted)]
  const roles = user.roles.length === 0 ? 'no role' : user.roles.join(', ')
  const may =
    permissions.length === 0 ? 'only what needs no permission' : `may: ${permissions.join(', ')}`
  const isForeign = organization !== undefined && !isMember(organization, user.user_id)
  return html`<button
    type="submit"
    name="username"
    value="${user.username}"
    ${focused ? AUTOFOCUS : ''}
  >
    <span class="who">${user.name}</span>
    <span class="may">${user.username} · ${roles} · ${isForeign ? 'not a member' : may}</span>
  </button>`
}

const AUTOFOCUS = html`autofocus`

function isHinted(user: UserEntry, hint: string | undefined): boolean {
  return hint !== undefined && [user.username, user.email, user.user_id].includes(hint)
}
