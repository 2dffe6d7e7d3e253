import type { Blueprint } from '../blueprint.js'
import type { Found } from '../found.js'
import type { ManagementApi } from '../management-api.js'
import { namesOf } from '../marks.js'
import {
  listProfiles,
  profilePath,
  type TokenExchangeProfile,
} from '../objects/token-exchange-profile.js'
import { SetupError } from '../setup-error.js'
import { becomes, type Change, type Step } from '../step.js'
import { requireActionId } from './require-found.js'

/**
 * The profile that gives subject tokens of one type to the Action.
 *
 * The Action of a profile cannot be changed. A profile that has another one is left alone, since somebody may use it.
 */
export function tokenExchangeProfileStep(
  api: ManagementApi,
  { server }: Blueprint,
  { subjectTokenType, found }: { readonly subjectTokenType: string; readonly found: Found },
): Step {
  const { profile: name } = namesOf(server.identifier)
  return {
    name: `the token exchange profile ${name}`,
    async inspect() {
      const profiles = await listProfiles(api)
      const taken = profiles.find((profile) => profile.subject_token_type === subjectTokenType)
      if (taken !== undefined) {
        assertOurs(taken, name, found)
        return { changes: [] }
      }
      const ours = profiles.find((profile) => profile.name === name)
      if (ours === undefined) return { changes: [creation(api, { name, subjectTokenType, found })] }
      assertOurs(ours, name, found)
      return { changes: [update(api, ours, subjectTokenType)] }
    },
  }
}

interface Creation {
  readonly name: string
  readonly subjectTokenType: string
  readonly found: Found
}

function creation(api: ManagementApi, { name, subjectTokenType, found }: Creation): Change {
  return {
    summary: `create the token exchange profile ${name}`,
    details: [becomes('subject_token_type', undefined, subjectTokenType)],
    perform: () =>
      api.post('/token-exchange-profiles', {
        name,
        subject_token_type: subjectTokenType,
        action_id: requireActionId(found, name),
        type: 'custom_authentication',
      }),
  }
}

function update(api: ManagementApi, profile: TokenExchangeProfile, subjectTokenType: string) {
  const before = profile.subject_token_type
  return {
    summary: `change the token exchange profile ${profile.id}`,
    details: [
      becomes('subject_token_type', before, subjectTokenType),
      'a server that still uses the old type gets no tokens any more',
    ],
    perform: () => api.patch(profilePath(profile.id), { subject_token_type: subjectTokenType }),
  }
}

function assertOurs(profile: TokenExchangeProfile, ownName: string, { actionId }: Found): void {
  if (actionId !== undefined && profile.action_id === actionId) return
  const { id, name, subject_token_type: type, action_id: action } = profile
  const path = `/api/v2${profilePath(id)}`
  // Another type would not help: the name is how setup finds its own profile.
  const other =
    name === ownName
      ? `Give that profile another name (PATCH ${path})`
      : 'Choose another type by --subject-token-type'
  throw new SetupError(
    `The token exchange profile ${id} (${name ?? 'without a name'}) for ${type} has another Action (${action}), and Auth0 does not let a profile change its Action.`,
    `${other}; or, if nobody uses that profile any more, delete it (DELETE ${path}) and run the command again. This command does not delete it.`,
  )
}
