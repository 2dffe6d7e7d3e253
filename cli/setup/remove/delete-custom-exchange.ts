import type { ManagementApi } from '../management-api.js'
import { actionPath, findAction } from '../objects/action.js'
import { listProfiles, profilePath } from '../objects/token-exchange-profile.js'
import type { Change, Inspection, Step } from '../step.js'

/** Deletes the profile and the Action of a server: in this order, since Auth0 keeps an Action that a profile uses. */
export function customExchangeRemoval(
  api: ManagementApi,
  names: { readonly profile: string; readonly action: string },
): Step {
  return {
    name: 'the token exchange profile and its Action',
    async inspect(): Promise<Inspection> {
      const action = await findAction(api, names.action)
      const profiles = await listProfiles(api)
      const ours = profiles.filter(({ name }) => name === names.profile)
      const others = profiles.filter(
        (profile) => !ours.includes(profile) && profile.action_id === action?.id,
      )
      const changes: Change[] = ours.map((profile) => ({
        kind: 'delete',
        summary: `delete the token exchange profile ${names.profile}`,
        details: [`its type ${profile.subject_token_type} is free again`],
        perform: () => api.delete(profilePath(profile.id)),
      }))
      if (action === undefined) return { changes }
      if (others.length > 0) return { changes, left: [actionStays(names.action, others)] }
      const deletion: Change = {
        kind: 'delete',
        summary: `delete the Action ${names.action}`,
        details: [],
        perform: () => api.delete(actionPath(action.id)),
      }
      return { changes: [...changes, deletion] }
    },
  }
}

function actionStays(name: string, others: readonly { readonly id: string }[]): string {
  const ids = others.map(({ id }) => id).join(', ')
  return `the Action ${name} stays: a token exchange profile that setup has not made uses it (${ids}).`
}
