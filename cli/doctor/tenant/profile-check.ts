import { printable } from '../../printable.js'
import { actionById, type Action } from '../../setup/objects/action.js'
import {
  listProfiles,
  type TokenExchangeProfile,
} from '../../setup/objects/token-exchange-profile.js'
import { wrong, type Finding } from '../finding.js'
import type { TenantCheck } from './tenant-check.js'

const CHECK = 'tenant.profile'

/** The token exchange profile that the settings name, and whether its Action runs. */
export const profileCheck: TenantCheck = {
  check: CHECK,
  fine: 'The token exchange profile of the settings has an Action that is deployed.',
  async look({ api, config }) {
    const { subjectTokenType } = config.exchange
    if (subjectTokenType === undefined) return []
    const profiles = await listProfiles(api)
    const profile = profiles.find((one) => one.subject_token_type === subjectTokenType)
    if (profile === undefined) return [withoutProfile(subjectTokenType, profiles)]
    const action = await actionById(api, profile.action_id)
    return action === undefined ? [withoutAction()] : actionFaults(action)
  },
}

function withoutProfile(wanted: string, profiles: readonly TokenExchangeProfile[]): Finding {
  const known = profiles.map(({ subject_token_type: type }) => printable(type)).join(', ')
  return wrong(
    CHECK,
    `The tenant has no token exchange profile with the subject_token_type ${printable(wanted)}; it has ${known === '' ? 'none' : known}.`,
    'Set MCP_AUTH0_SUBJECT_TOKEN_TYPE to the type of your profile, or run mcp-on-behalf-of setup --profile custom-token-exchange.',
  )
}

function withoutAction(): Finding {
  return wrong(
    CHECK,
    "The Action of the token exchange profile does not exist: every exchange fails with Auth0's server_error.",
    'Run mcp-on-behalf-of setup --profile custom-token-exchange, which says what to do about the old profile.',
  )
}

function actionFaults({ name, ...action }: Action): readonly Finding[] {
  const shown = printable(name)
  const place = `Dashboard, Actions, Library, ${shown}`
  const triggers = (action.supported_triggers ?? []).map(({ id }) => id)
  if (triggers.length > 0 && !triggers.includes('custom-token-exchange')) {
    return [
      wrong(
        CHECK,
        `The Action ${shown} is for ${triggers.map(printable).join(', ')}, not for custom-token-exchange.`,
        'Give the profile an Action with the trigger custom-token-exchange: mcp-on-behalf-of setup creates one.',
      ),
    ]
  }
  if (action.status === 'failed') {
    return [wrong(CHECK, `Auth0 could not build the Action ${shown}.`, `See ${place}.`)]
  }
  if (action.deployed_version === undefined || action.deployed_version === null) {
    return [
      wrong(
        CHECK,
        `The Action ${shown} has never been deployed, so the profile cannot sign anybody in.`,
        `Deploy it: mcp-on-behalf-of setup does, or ${place}, Deploy.`,
      ),
    ]
  }
  return action.all_changes_deployed === false
    ? [
        wrong(
          CHECK,
          `The Action ${shown} has changes that are not deployed: an older version runs.`,
          `Look at them, then deploy it: mcp-on-behalf-of setup does, or ${place}, Deploy.`,
        ),
      ]
    : []
}
