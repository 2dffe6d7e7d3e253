import { pageClient, type TenantAilment } from './tenant-ailment.js'

const check = 'tenant.confirmation_client'

/** What can be wrong with the client as which people sign in on the confirmation page. */
export const OF_THE_PAGE: readonly TenantAilment[] = [
  {
    title: 'the client of the page is not there',
    ail: () => undefined,
    environment: { CONFIRMATION_CLIENT_ID: 'another-client' },
    check,
    message: /no client another-client/,
    hint: /CONFIRMATION_CLIENT_ID.*--confirmation-page/,
  },
  {
    title: 'people are to sign in as the client that exchanges tokens, which has no callback',
    ail: () => undefined,
    environment: { CONFIRMATION_CLIENT_ID: '', CONFIRMATION_CLIENT_SECRET: '' },
    check,
    message: /does not have the callback http:\/\/localhost:\d+\/confirm\/callback/,
    hint: /setup --confirmation-page/,
  },
  {
    title: 'the client of the page has another callback',
    ail: (tenant) => (pageClient(tenant)['callbacks'] = ['https://other.example/confirm/callback']),
    check,
    message: /does not have the callback http:\/\/localhost:\d+\/confirm\/callback/,
    hint: /Allowed Callback URLs/,
    cure: 'setup',
  },
  {
    title: 'the client of the page may not use the authorization code flow',
    ail: (tenant) => (pageClient(tenant)['grant_types'] = []),
    check,
    message: /lacks "authorization_code"/,
    hint: /Grant Types/,
    cure: 'setup',
  },
  {
    title: 'the client of the page has no credentials',
    ail: (tenant) => (pageClient(tenant)['token_endpoint_auth_method'] = 'none'),
    check,
    message: /"none"/,
    hint: /client_secret_post/,
    cure: 'setup',
  },
  {
    title: 'no connection is enabled for the client of the page',
    ail: ({ connections }) => {
      for (const { enabled_clients: enabled } of connections) enabled.length = 0
    },
    check,
    message: /No connection is enabled for the client \w+/,
    hint: /that client, Connections/,
    cure: 'setup',
  },
]
