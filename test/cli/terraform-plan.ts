import {
  EXCHANGING_CLIENT,
  PAGE_CLIENT,
  THIRD_PARTIES,
  type ExportedPlan,
} from './exported-plan.js'

type Block = Readonly<Record<string, unknown>>
type Blocks = Readonly<Record<string, Block>>

const CLIENTS: Readonly<Record<string, string>> = {
  token_exchange: EXCHANGING_CLIENT,
  confirmation_page: PAGE_CLIENT,
}

/** Reads `main.tf.json` as Terraform would evaluate it on a tenant that has nothing; throws for a reference that leads nowhere. */
export function planInTerraform(text: string): ExportedPlan {
  const document = JSON.parse(text) as {
    readonly resource: Readonly<Record<string, Blocks>>
    readonly data?: Readonly<Record<string, Blocks>>
    readonly variable: Blocks
  }
  const all = (type: string): readonly Block[] =>
    Object.values(document.resource[type] ?? {}).map((block) => evaluated(block) as Block)
  const evaluated = (value: unknown): unknown => {
    if (typeof value === 'string') return evaluate(value)
    if (Array.isArray(value)) return value.map(evaluated)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'depends_on')
        .map(([name, member]) => [name, evaluated(member)]),
    )
  }
  const evaluate = (template: string): string => {
    const reference = /^\$\{([\w.]+)\}$/.exec(template)?.[1]
    if (reference !== undefined) return resolve(reference.split('.'))
    if (/(?<![$%])(?:\$\$|%%)*[$%]\{/.test(template.replaceAll(/([$%])\1\{/g, ''))) {
      throw new Error(`a template that is no reference: ${template}`)
    }
    return template.replaceAll(/([$%])\1\{/g, '$1{')
  }
  const resolve = (path: readonly string[]): string => {
    if (path[0] === 'var') return String(document.variable[path[1] ?? '']?.['default'])
    const [blocks, [type = '', name = '', attribute = '']] =
      path[0] === 'data' ? [document.data, path.slice(1)] : [document.resource, path]
    const block = blocks?.[type]?.[name]
    if (block === undefined) throw new Error(`${path.join('.')} leads nowhere`)
    const value = block[attribute]
    if (typeof value === 'string') return evaluate(value)
    if (type === 'auth0_client') return CLIENTS[name] ?? ''
    // What Auth0 gives: an id, known by what it is the id of.
    return evaluate(String(block['name'] ?? block['query']))
  }
  return planOf(all, String(document.variable['connection_name']?.['default']))
}

function planOf(all: (type: string) => readonly Block[], connectionName: string): ExportedPlan {
  const [{ flags, ...settings } = {}] = all('auth0_tenant') as readonly [Block?]
  const [action] = all('auth0_action')
  const [profile] = all('auth0_token_exchange_profile')
  const scopes = all('auth0_resource_server_scopes')
  const permissions = all('auth0_role_permissions')
  const isEnabled = (client: string): boolean =>
    all('auth0_connection_client').some(
      ({ client_id: id, connection_id: connection }) =>
        id === client && connection === connectionName,
    )
  return {
    settings,
    registration: unwrapped(flags)?.['enable_dynamic_client_registration'] === true,
    apis: Object.fromEntries(
      all('auth0_resource_server').map(({ identifier, ...members }) => [
        String(identifier),
        { members: objectsIn(members), scopes: scopesOf(scopes, identifier) },
      ]),
    ),
    client: clientOf(all, EXCHANGING_CLIENT) ?? {},
    pageClient: clientOf(all, PAGE_CLIENT),
    grants: all('auth0_client_grant').map(
      ({ audience, scopes: scope, subject_type: type, client_id: id }) => ({
        ...{ audience, scope, type },
        holder: id === undefined ? THIRD_PARTIES : id,
      }),
    ),
    connection: {
      atDomainLevel: false,
      ofTheClient: isEnabled(EXCHANGING_CLIENT),
      ofThePageClient: isEnabled(PAGE_CLIENT),
    },
    action: action && {
      ...{ name: action['name'], code: action['code'], runtime: action['runtime'] },
      ...{ dependencies: action['dependencies'], triggers: action['supported_triggers'] },
      secrets: action['secrets'],
    },
    profile: profile && {
      ...{ name: profile['name'], type: profile['type'] },
      ...{ subjectTokenType: profile['subject_token_type'], action: profile['action_id'] },
    },
    roles: all('auth0_role').map(({ name, description }) => ({
      ...{ name, description },
      permissions: permissionsOf(permissions, name),
    })),
    members: all('auth0_user_role').map(
      ({ user_id: user, role_id: role }) =>
        `${/^email:"(.*)"$/.exec(String(user))?.[1] ?? ''}: ${String(role)}`,
    ),
  }
}

/** By its credentials, which refer to it; the blocks are in the same order. */
function clientOf(all: (type: string) => readonly Block[], id: string): Block | undefined {
  const credentials = all('auth0_client_credentials')
  const index = credentials.findIndex(({ client_id: client }) => client === id)
  const block = all('auth0_client')[index]
  return (
    block && {
      ...objectsIn(block),
      token_endpoint_auth_method: credentials[index]?.['authentication_method'],
    }
  )
}

function unwrapped(blocks: unknown): Block | undefined {
  return Array.isArray(blocks) ? (blocks[0] as Block) : undefined
}

/** Nested blocks of one are the objects of the Management API. */
function objectsIn(block: Block): Block {
  return Object.fromEntries(
    Object.entries(block).map(([name, value]) => {
      const nested = unwrapped(value)
      return [name, typeof nested === 'object' ? objectsIn(nested) : value]
    }),
  )
}

function scopesOf(blocks: readonly Block[], identifier: unknown): unknown {
  const block = blocks.find((one) => one['resource_server_identifier'] === identifier)
  const scopes = block?.['scopes'] as readonly Block[]
  return scopes.map(({ name, description }) => ({ value: name, description }))
}

function permissionsOf(blocks: readonly Block[], role: unknown): unknown {
  const block = blocks.find((one) => one['role_id'] === role)
  const permissions = block?.['permissions'] as readonly Block[]
  return permissions.map(({ name, resource_server_identifier: identifier }) => ({
    permission_name: name,
    resource_server_identifier: identifier,
  }))
}
