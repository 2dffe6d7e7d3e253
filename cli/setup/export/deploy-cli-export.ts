import { stringify } from 'yaml'
import type { Blueprint } from '../blueprint.js'
import { byHand, oneLine } from './by-hand.js'
import type { Exported, ExportedFile } from './exported-file.js'
import { THIRD_PARTIES } from '../objects/client-grant.js'
import { exportedObjects, type ExportedApi, type ExportedObjects } from './exported-objects.js'

type Members = Readonly<Record<string, unknown>>

const NOTICE =
  'Written by mcp-on-behalf-of setup --export deploy-cli, for: a0deploy import --input_file tenant.yaml. Leave AUTH0_ALLOW_DELETE off: what is not in this file would be deleted. Set AUTH0_CLIENT_ID, even beside AUTH0_ACCESS_TOKEN: without it the tool leaves the grant of third-party clients out.'

/** The Action has to know the exchanging client, whose id is known once it has been created. */
const CLIENT_ID_KEYWORD = 'MCP_AUTH0_CLIENT_ID'
const ACTION_FILE = 'actions/custom-token-exchange.js'

/** The plan for an empty tenant as `tenant.yaml`, and the Action's code beside it, for auth0-deploy-cli. No secret stands in them. */
export function deployCliExport(blueprint: Blueprint): Exported {
  const objects = exportedObjects(blueprint, blueprint.clientId ?? `##${CLIENT_ID_KEYWORD}##`)
  const left = leftByHand(blueprint, objects)
  const comment = [NOTICE, ...left.map((sentence) => `By hand: ${sentence}`)].map(oneLine)
  const text = `${comment.map((line) => `# ${line}\n`).join('')}${stringify(assets(blueprint, objects), { lineWidth: 0 })}`
  return { files: [{ path: 'tenant.yaml', text }, ...actionFiles(objects)], byHand: left }
}

function assets(blueprint: Blueprint, objects: ExportedObjects): Members {
  const { roles } = blueprint
  return {
    tenant: {
      ...objects.settings,
      flags: objects.registration ? { enable_dynamic_client_registration: true } : undefined,
    },
    resourceServers: [api(objects.server), api(objects.api)],
    clients: clientsOf(blueprint, objects),
    clientGrants: grants(blueprint, objects),
    ...customExchange(objects),
    roles: roles.length === 0 ? undefined : rolesOf(blueprint, objects),
  }
}

function clientsOf(
  { clientId }: Blueprint,
  { client, pageClient }: ExportedObjects,
): readonly Members[] | undefined {
  const clients = [
    ...(clientId === undefined ? [client] : []),
    ...(pageClient === undefined ? [] : [pageClient]),
  ]
  return clients.length === 0 ? undefined : clients
}

function api({ identifier, described, members }: ExportedApi): Members {
  return { identifier, ...members, scopes: described }
}

/** A client stands here by its name: the tool looks its id up. */
function grants({ clientId }: Blueprint, objects: ExportedObjects): readonly Members[] {
  const ofClient = {
    client_id: clientId ?? objects.client['name'],
    audience: objects.api.identifier,
    subject_type: 'user',
    scope: objects.api.scopes,
  }
  const ofThirdParties = {
    default_for: THIRD_PARTIES,
    audience: objects.server.identifier,
    subject_type: 'user',
    scope: objects.server.scopes,
  }
  return objects.forThirdParties ? [ofClient, ofThirdParties] : [ofClient]
}

function customExchange({ action }: ExportedObjects): Members {
  if (action === undefined) return {}
  const { name, runtime, dependencies, triggers, secrets, profile } = action
  return {
    actions: [
      {
        ...{ name, code: `./${ACTION_FILE}`, runtime, dependencies, secrets },
        ...{ supported_triggers: triggers, deployed: true },
      },
    ],
    tokenExchangeProfiles: [
      {
        name: profile.name,
        subject_token_type: profile.subjectTokenType,
        action: name,
        type: 'custom_authentication',
      },
    ],
  }
}

function actionFiles({ action }: ExportedObjects): readonly ExportedFile[] {
  return action === undefined ? [] : [{ path: ACTION_FILE, text: action.code }]
}

function rolesOf({ roles }: Blueprint, { roleDescription }: ExportedObjects): readonly Members[] {
  return roles.map(({ name, permissions }) => ({
    name,
    description: roleDescription,
    permissions: permissions.map(({ identifier, scope }) => ({
      permission_name: scope,
      resource_server_identifier: identifier,
    })),
  }))
}

function leftByHand(blueprint: Blueprint, objects: ExportedObjects): readonly string[] {
  const { clientId, assignments } = blueprint
  const { action, forThirdParties, pageClient } = objects
  const needsClientId = action !== undefined && clientId === undefined
  return [
    ...(forThirdParties ? [byHand.connection(blueprint)] : []),
    ...(action === undefined ? [] : [byHand.enabledClient(blueprint, 'the exchanging client')]),
    ...(pageClient === undefined
      ? []
      : [byHand.enabledClient(blueprint, 'the client of the confirmation page')]),
    ...(needsClientId ? [byHand.clientIdOfAction(CLIENT_ID_KEYWORD)] : []),
    byHand.existing('run a0deploy export first, and look at what the import would change'),
    ...(clientId === undefined ? [] : [byHand.existingClient(blueprint, clientId)]),
    ...(assignments.length === 0 ? [] : [byHand.assignments(blueprint)]),
  ]
}
