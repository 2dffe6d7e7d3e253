import type { ProviderWords } from './provider-words.js'
import { GENERIC_WORDS } from './generic-words.js'

export const WORKOS_WORDS: ProviderWords = {
  ...GENERIC_WORDS,
  issuer: 'It is the AuthKit domain, https://NAME.authkit.app, without a slash at the end.',
  client: 'The WorkOS Dashboard shows the id and the secrets under Connect → Applications.',
  exchange:
    'The application has to be a first-party one: WorkOS Dashboard, Connect → Applications.',
  resource: 'Register it as a resource indicator: WorkOS Dashboard, Connect → Configuration.',
  api: 'It has to be registered as a resource indicator: WorkOS Dashboard, Connect → Configuration.',
  jwt: 'Have the client send resource, and register that as a resource indicator: WorkOS Dashboard, Connect → Configuration.',
  newClient:
    'WorkOS Dashboard, Connect → Applications; or enable registration under Connect → Configuration.',
  registeredClients: 'Delete it in the WorkOS Dashboard, Connect → Applications.',
}
