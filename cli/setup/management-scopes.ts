/** The Management API's scopes by what a request touches; the verb follows from the method. */
const RESOURCES: readonly (readonly [RegExp, string])[] = [
  [/^\/tenants/, 'tenant_settings'],
  [/^\/connections/, 'connections'],
  [/^\/resource-servers/, 'resource_servers'],
  [/^\/clients/, 'clients'],
  [/^\/client-grants/, 'client_grants'],
  [/^\/roles/, 'roles'],
  [/^\/users/, 'users'],
  [/^\/actions/, 'actions'],
  [/^\/token-exchange-profiles/, 'token_exchange_profiles'],
]
const VERBS: Readonly<Record<string, string>> = {
  GET: 'read',
  POST: 'create',
  PATCH: 'update',
  DELETE: 'delete',
}

const READ_MEMBERS = ['read:users', 'read:roles', 'read:role_members']

/** Requests about a part of something, which need the scopes of both. */
const PARTS: readonly (readonly [RegExp, Readonly<Record<string, readonly string[]>>])[] = [
  [/^\/roles\/[^/]+\/permissions$/, { POST: ['update:roles'], DELETE: ['update:roles'] }],
  [/^\/roles\/[^/]+\/users$/, { GET: READ_MEMBERS, POST: ['update:roles', 'create:role_members'] }],
  [
    /^\/users\/[^/]+\/roles$/,
    { GET: READ_MEMBERS, DELETE: ['update:users', 'delete:role_members'] },
  ],
]

/** The scopes that a request needs, in words: `scope read:clients`, `scopes update:roles create:role_members`. */
export function scopesFor(method: string, path: string): string {
  const below = path.replace(/^\/api\/v2/, '')
  const part = PARTS.find(([pattern]) => pattern.test(below))?.[1][method]
  const resource = RESOURCES.find(([pattern]) => pattern.test(below))?.[1] ?? ''
  const scopes = part ?? [`${VERBS[method] ?? 'read'}:${resource}`]
  return `${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(' ')}`
}
