import { IDENTITY_PROVIDER_NAMES } from '../identity-providers/identity-provider.js'
import { setting, type Setting } from './setting.js'
import * as values from './values.js'

/** Whose habits the server has to know. */
export const IDENTITY_PROVIDER_SETTINGS = {
  IDENTITY_PROVIDER: setting({
    description:
      'The identity provider. Its habits become the defaults of the settings about tokens and exchanges; whatever is set counts more. auto: found from the issuer, and generic where the issuer is none of the others. Name it where the identity provider is behind a domain of your own.',
    schema: values.oneOf('auto', ...IDENTITY_PROVIDER_NAMES),
    example: 'auto',
    fallback: 'auto',
  }),
  ALLOWED_TENANTS: setting({
    description:
      'Entra: further tenants whose users may call, by their ids (GUIDs), separated by spaces or commas. A token is exchanged at its own tenant. Each tenant has to have a service principal of this application.',
    schema: values.nameList,
    example: '22222222-3333-4444-5555-666666666666',
    fallback: '',
  }),
} as const satisfies Record<string, Setting<unknown>>
