import type { ExchangeRefusal } from '../exchange/refusal-reader.js'

/** What an administrator of Entra ID does about a refusal, in the words of its admin center. */
export const ENTRA_HINTS = {
  mfa: "A Conditional Access policy wants a second factor for the API. Let the same policy apply to this server's app registration, so that the user is asked at the sign-in. A policy by location sees the address of this server, not the user's.",
  policy:
    'Conditional Access refuses. Look the correlationId up under Entra ID > Monitoring > Sign-in logs, in the tab Conditional Access: it names the policy. A policy by location or device sees this server, not the user.',
  unassigned:
    'Assign the user or a group under Enterprise applications > the API > Users and groups, or set Assignment required to No in its Properties.',
  consent:
    "Grant admin consent under App registrations > this server's app > API permissions. Or list this server's app under Expose an API > Authorized client applications of the API.",
  throttled:
    'Entra ID holds this client or tenant back for asking too often (AADSTS50196, AADSTS90055). Nothing is asked for this user for a minute. See whether tokens are cached: several processes need a shared cache.',
  assertion:
    "Entra ID refuses the user's token. It has to be an access token whose aud is MCP_AUTH0_CLIENT_ID: one app registration is both this server and the client that exchanges. It must be no ID token, no app-only token and no token signed with a custom key.",
  client:
    'Check the client secret or certificate under App registrations > Certificates & secrets: it may have expired. MCP_AUTH0_CLIENT_ID is the Application (client) ID, and the client secret is the Value, not the Secret ID.',
  application:
    'Check the tenant id in the issuer and MCP_AUTH0_CLIENT_ID: the tenant does not know this application, or it is disabled under Enterprise applications > Properties.',
  resource:
    "Check the scopes and the audience of the API. The scopes are those under App registrations > the API > Expose an API, all of one API, and never beside .default; the API has to stand under API permissions of this server's app, and to have an enterprise application in the tenant.",
  cloud:
    'Name the tenant by its id in the issuer, and use one cloud: common, organizations and consumers cannot exchange, nor can a client of another national cloud.',
  other: 'Look up the number in errorCodes at https://login.microsoftonline.com/error.',
} as const

/** Which hint is for which number. */
const BY_NUMBER: ReadonlyMap<number, string> = new Map(
  (
    [
      ['client', [7000215, 7000222, 700027, 7000218]],
      ['application', [700016, 70001, 7000112]],
      ['resource', [500011, 50001, 65005, 650057, 70011, 28002, 700022]],
      ['assertion', [50013, 240002, 7000114]],
      ['cloud', [9001023, 900382, 900432]],
    ] as const
  ).flatMap(([name, numbers]) => numbers.map((number) => [number, ENTRA_HINTS[name]] as const)),
)

const BY_ERROR: Readonly<Record<string, string>> = {
  invalid_client: ENTRA_HINTS.client,
  unauthorized_client: ENTRA_HINTS.application,
  invalid_resource: ENTRA_HINTS.resource,
  invalid_scope: ENTRA_HINTS.resource,
  invalid_grant: ENTRA_HINTS.assertion,
}

/** The hint for a refusal that has none of its own. */
export function hintForEntra({ error = '', errorCodes = [] }: ExchangeRefusal): string {
  const numbered = errorCodes.map((code) => BY_NUMBER.get(code)).find((hint) => hint !== undefined)
  if (numbered !== undefined) return numbered
  return (Object.hasOwn(BY_ERROR, error) ? BY_ERROR[error] : undefined) ?? ENTRA_HINTS.other
}
