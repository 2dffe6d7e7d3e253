import type { Blueprint } from '../blueprint.js'
import { byHand } from './by-hand.js'
import type { Exported } from './exported-file.js'
import { exportedObjects, type ExportedApi, type ExportedObjects } from './exported-objects.js'
import { THIRD_PARTIES } from '../objects/client-grant.js'
import { terraformRoles } from './terraform-roles.js'
import { Expression, terraformText } from './terraform-text.js'

type Blocks = Readonly<Record<string, unknown>>

/** The first version of the provider with everything that is used here (`default_for` of client grants). */
const PROVIDER_VERSION = '>= 1.46.0'

const NOTICE =
  'Written by mcp-on-behalf-of setup --export terraform. Credentials come from AUTH0_API_TOKEN, or from AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET.'

/** As which Terraform's blocks speak of the clients. */
const EXCHANGING = 'token_exchange'
const PAGE = 'confirmation_page'

/** Stands for the exchanging client in the objects, until its expression takes its place. */
const CLIENT_ID = '\u0000client-id'

/**
 * The plan for an empty tenant as `main.tf.json`, for the provider auth0/auth0.
 *
 * The connection and users are read, since they are there already. No secret stands in it: Auth0 makes the client's own.
 */
export function terraformExport(blueprint: Blueprint): Exported {
  const objects = exportedObjects(blueprint, CLIENT_ID)
  const left = leftByHand(blueprint, objects)
  const roles = terraformRoles(blueprint, objects.roleDescription)
  const document = {
    '//': [NOTICE, ...left.map((sentence) => `By hand: ${sentence}`)],
    terraform: {
      required_version: '>= 1.5.0',
      required_providers: { auth0: { source: 'auth0/auth0', version: PROVIDER_VERSION } },
    },
    provider: { auth0: { domain: new Expression('var.auth0_domain') } },
    variable: variables(blueprint, objects),
    data: whole({ ...connection(objects), ...roles.data }),
    check: whole(promoted(objects)),
    resource: { ...resources(blueprint, objects), ...roles.resources },
    output: outputs(blueprint),
  }
  return { files: [{ path: 'main.tf.json', text: terraformText(document) }], byHand: left }
}

function leftByHand(blueprint: Blueprint, { forThirdParties }: ExportedObjects): readonly string[] {
  const { clientId } = blueprint
  return [
    ...(forThirdParties ? [byHand.connection(blueprint), byHand.issuerParameter()] : []),
    byHand.existing('import it first, and look at what the plan would change'),
    ...(clientId === undefined ? [] : [byHand.existingClient(blueprint, clientId)]),
  ]
}

function variables({ domain, connection: name }: Blueprint, objects: ExportedObjects): Blocks {
  const text = (description: string, value: string): Blocks => ({
    ...{ description, type: 'string', default: value },
  })
  return {
    auth0_domain: text("The tenant's own domain, not a custom one.", domain),
    connection_name: needsConnection(objects)
      ? text('The connection that users sign in with. It exists.', name)
      : undefined,
  }
}

function needsConnection({ forThirdParties, action, pageClient }: ExportedObjects): boolean {
  return forThirdParties || action !== undefined || pageClient !== undefined
}

function connection(objects: ExportedObjects): Blocks {
  if (!needsConnection(objects)) return {}
  return { auth0_connection: { users: { name: new Expression('var.connection_name') } } }
}

/** Warns at every plan until the connection is at domain level: managing it whole would take over its options. */
function promoted({ forThirdParties }: ExportedObjects): Blocks {
  if (!forThirdParties) return {}
  return {
    connection_is_at_domain_level: {
      assert: {
        condition: new Expression('data.auth0_connection.users.is_domain_connection == true'),
        error_message:
          'The connection is not at domain level, so no third-party client can sign its users in. Promote it by hand.',
      },
    },
  }
}

function resources(blueprint: Blueprint, objects: ExportedObjects): Blocks {
  return {
    auth0_tenant: { settings: tenant(objects) },
    auth0_resource_server: { mcp_server: api(objects.server), protected_api: api(objects.api) },
    auth0_resource_server_scopes: {
      mcp_server: scopes('mcp_server', objects.server),
      protected_api: scopes('protected_api', objects.api),
    },
    ...clients(blueprint, objects),
    ...enabledClients(blueprint, objects),
    auth0_client_grant: grants(objects, clientReference(blueprint)),
    ...customExchange(objects, clientReference(blueprint)),
  }
}

/** Not in the provider. */
const UNKNOWN_SETTING = 'authorization_response_iss_parameter_supported'

function tenant({ settings, registration }: ExportedObjects): Blocks {
  const known = Object.entries(settings).filter(([name]) => name !== UNKNOWN_SETTING)
  return {
    ...Object.fromEntries(known),
    flags: registration ? [{ enable_dynamic_client_registration: true }] : undefined,
  }
}

function api({ identifier, members }: ExportedApi): Blocks {
  return { identifier, ...asBlocks(members) }
}

/** Objects of the Management API are nested blocks in Terraform. */
function asBlocks(members: Blocks): Blocks {
  const nested = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [asBlocks(value as Blocks)]
      : value
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, nested(value)]))
}

function scopes(name: string, { described }: ExportedApi): Blocks {
  return {
    resource_server_identifier: new Expression(`auth0_resource_server.${name}.identifier`),
    scopes: described.map(({ value, description }) => ({ name: value, description })),
  }
}

function clients({ clientId }: Blueprint, { client, pageClient }: ExportedObjects): Blocks {
  const bodies = Object.entries({
    [EXCHANGING]: clientId === undefined ? client : undefined,
    [PAGE]: pageClient,
  }).filter((entry): entry is [string, Blocks] => entry[1] !== undefined)
  if (bodies.length === 0) return {}
  return {
    auth0_client: Object.fromEntries(bodies.map(([name, body]) => [name, clientBlock(body)])),
    auth0_client_credentials: Object.fromEntries(
      bodies.map(([name, { token_endpoint_auth_method: method }]) => [
        name,
        {
          client_id: new Expression(`auth0_client.${name}.client_id`),
          authentication_method: method,
        },
      ]),
    ),
  }
}

function clientBlock({ token_endpoint_auth_method: _credentials, ...members }: Blocks): Blocks {
  const isBound = 'resource_server_identifier' in members
  const bound = new Expression('auth0_resource_server.mcp_server.identifier')
  return { ...asBlocks(members), resource_server_identifier: isBound ? bound : undefined }
}

function clientReference({ clientId }: Blueprint): string | Expression {
  return clientId ?? new Expression(`auth0_client.${EXCHANGING}.client_id`)
}

function grants(objects: ExportedObjects, clientId: string | Expression): Blocks {
  const grant = (name: string, holder: Blocks, { scopes: values }: ExportedApi): Blocks => ({
    ...holder,
    audience: new Expression(`auth0_resource_server.${name}.identifier`),
    subject_type: 'user',
    scopes: values,
    depends_on: [`auth0_resource_server_scopes.${name}`],
  })
  return {
    token_exchange: grant('protected_api', { client_id: clientId }, objects.api),
    mcp_clients: objects.forThirdParties
      ? grant('mcp_server', { default_for: THIRD_PARTIES }, objects.server)
      : undefined,
  }
}

function enabledClients(blueprint: Blueprint, { action, pageClient }: ExportedObjects): Blocks {
  const enabled = (clientId: string | Expression): Blocks => ({
    connection_id: new Expression('data.auth0_connection.users.id'),
    client_id: clientId,
  })
  if (action === undefined && pageClient === undefined) return {}
  return {
    auth0_connection_client: {
      [EXCHANGING]: action === undefined ? undefined : enabled(clientReference(blueprint)),
      [PAGE]:
        pageClient === undefined
          ? undefined
          : enabled(new Expression(`auth0_client.${PAGE}.client_id`)),
    },
  }
}

function customExchange({ action }: ExportedObjects, clientId: string | Expression): Blocks {
  if (action === undefined) return {}
  const { name, code, runtime, dependencies, triggers, secrets, profile } = action
  return {
    auth0_action: {
      token_exchange: {
        ...{ name, code, runtime, dependencies, deploy: true, supported_triggers: triggers },
        secrets: secrets.map((secret) =>
          secret.value === CLIENT_ID ? { ...secret, value: clientId } : secret,
        ),
      },
    },
    auth0_token_exchange_profile: {
      token_exchange: {
        name: profile.name,
        subject_token_type: profile.subjectTokenType,
        action_id: new Expression('auth0_action.token_exchange.id'),
        type: 'custom_authentication',
      },
    },
  }
}

function outputs(blueprint: Blueprint): Blocks {
  return {
    client_id: { description: 'MCP_AUTH0_CLIENT_ID', value: clientReference(blueprint) },
    client_secret:
      blueprint.clientId === undefined
        ? secretOutput('MCP_AUTH0_CLIENT_SECRET: terraform output -raw client_secret', EXCHANGING)
        : undefined,
    ...(blueprint.confirmationPage === undefined ? {} : pageOutputs()),
  }
}

function pageOutputs(): Blocks {
  const secret = 'confirmation_client_secret'
  return {
    confirmation_client_id: {
      description: 'CONFIRMATION_CLIENT_ID',
      value: new Expression(`auth0_client.${PAGE}.client_id`),
    },
    [secret]: secretOutput(`CONFIRMATION_CLIENT_SECRET: terraform output -raw ${secret}`, PAGE),
  }
}

function secretOutput(description: string, client: string): Blocks {
  return {
    description,
    value: new Expression(`auth0_client_credentials.${client}.client_secret`),
    sensitive: true,
  }
}

/** Empty sections are left out. */
function whole(blocks: Blocks): Blocks | undefined {
  return Object.keys(blocks).length === 0 ? undefined : blocks
}
