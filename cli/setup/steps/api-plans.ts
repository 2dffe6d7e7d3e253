import type { Blueprint } from '../blueprint.js'
import type { Found } from '../found.js'
import { isMarked, namesOf } from '../marks.js'
import type { ResourceServer } from '../objects/resource-server.js'
import type { ResourceServerPlan } from './resource-server-steps.js'

/** The MCP server as an API of the tenant. It is the server's alone, so an existing one is brought into line. */
export function serverPlan({ server }: Blueprint, found: Found): ResourceServerPlan {
  const aligned = {
    signing_alg: 'RS256',
    token_dialect: 'rfc9068_profile_authz',
    enforce_policies: true,
    allow_offline_access: true,
  }
  return {
    step: "the MCP server's API",
    identifier: server.identifier,
    scopes: server.scopes,
    descriptions: server.descriptions,
    created: { name: namesOf(server.identifier).serverApi, ...aligned },
    aligned,
    widening: ['allow_offline_access'],
    remarks: (current) => denied(current, 'no user gets a token for this server'),
    isOurs: ({ name }) => isMarked(name),
    onFound: (isOurs) => {
      found.serverApiIsOurs = isOurs
    },
  }
}

/**
 * The protected API. It may serve others already, so an existing one is only given what an exchange cannot do
 * without: scopes, and no question for consent that nobody could answer.
 */
export function protectedApiPlan({ server, api }: Blueprint, found: Found): ResourceServerPlan {
  const skipConsent = { skip_consent_for_verifiable_first_party_clients: true }
  const { protectedApi } = namesOf(server.identifier)
  return {
    step: 'the protected API',
    identifier: api.identifier,
    scopes: api.scopes,
    descriptions: api.descriptions,
    created: {
      name: protectedApi,
      signing_alg: 'RS256',
      enforce_policies: true,
      subject_type_authorization: {
        user: { policy: 'require_client_grant' },
        client: { policy: 'require_client_grant' },
      },
      ...skipConsent,
    },
    aligned: skipConsent,
    widening: Object.keys(skipConsent),
    remarks: protectedApiRemarks,
    isOurs: ({ name }) => name === protectedApi,
    onFound: (isOurs) => {
      found.protectedApiIsOurs = isOurs
    },
  }
}

function protectedApiRemarks(current: ResourceServer): readonly string[] {
  return [
    ...denied(current, 'no exchange gets a token for it'),
    ...(current.signing_alg === undefined || current.signing_alg === 'RS256'
      ? []
      : [
          `signing_alg is ${current.signing_alg} and stays so: the API checks its tokens that way. The server needs RS256, RS512 or PS256 to check an exchanged token; HS256 does not work.`,
        ]),
    ...(current.enforce_policies === true
      ? []
      : [
          'enforce_policies (RBAC) is off and stays so: every user gets every scope that is asked for.',
        ]),
  ]
}

function denied({ subject_type_authorization: by }: ResourceServer, so: string): readonly string[] {
  return by?.user?.policy === 'deny_all'
    ? [
        `subject_type_authorization.user.policy is "deny_all" and stays so: ${so}. Set it to "require_client_grant" if that is not meant.`,
      ]
    : []
}
