import { parse } from 'yaml'
import { EXCHANGING_CLIENT, THIRD_PARTIES, type ExportedPlan } from './exported-plan.js'

type Members = Readonly<Record<string, unknown>>

interface Assets {
  readonly tenant: Members & { readonly flags?: Members }
  readonly resourceServers: readonly Members[]
  readonly clients: readonly Members[]
  readonly clientGrants: readonly Members[]
  readonly actions?: readonly Members[]
  readonly tokenExchangeProfiles?: readonly Members[]
  readonly roles?: readonly Members[]
}

/** Reads `tenant.yaml` and the files that it names, as auth0-deploy-cli would import them into a tenant that has nothing. */
export function planInDeployCli(text: string, fileAt: (path: string) => string): ExportedPlan {
  const assets = parse(text) as Assets
  const { flags, ...settings } = assets.tenant
  const [client = {}, pageClient] = assets.clients
  const [action] = assets.actions ?? []
  const [profile] = assets.tokenExchangeProfiles ?? []
  return {
    settings,
    registration: flags?.['enable_dynamic_client_registration'] === true,
    apis: Object.fromEntries(
      assets.resourceServers.map(({ identifier, scopes, ...members }) => [
        String(identifier),
        { members, scopes },
      ]),
    ),
    client,
    pageClient,
    grants: assets.clientGrants.map(
      ({ audience, scope, subject_type: type, client_id: name, default_for: group }) => ({
        ...{ audience, scope, type },
        holder:
          group === 'third_party_clients'
            ? THIRD_PARTIES
            : name === client['name'] && EXCHANGING_CLIENT,
      }),
    ),
    connection: { atDomainLevel: false, ofTheClient: false, ofThePageClient: false },
    action: action && {
      ...{ name: action['name'], code: fileAt(String(action['code'])), runtime: action['runtime'] },
      ...{ dependencies: action['dependencies'], triggers: action['supported_triggers'] },
      secrets: action['secrets'],
    },
    profile: profile && {
      ...{ name: profile['name'], type: profile['type'] },
      ...{ subjectTokenType: profile['subject_token_type'], action: profile['action'] },
    },
    roles: assets.roles ?? [],
    members: [],
  }
}
