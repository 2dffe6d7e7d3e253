import type { Blueprint } from '../blueprint.js'
import type { ManagementApi } from '../management-api.js'
import { namesOf } from '../marks.js'
import type { Step } from '../step.js'
import { apiRemoval } from './delete-apis.js'
import { clientRemoval } from './delete-clients.js'
import { customExchangeRemoval } from './delete-custom-exchange.js'
import { grantRemoval, ownApis } from './delete-grants.js'
import { roleRemoval } from './delete-roles.js'
import type { Inheritance } from './inheritance.js'
import type { Remains } from './remains.js'
import { undoSteps } from './undo-steps.js'

export interface RemovalParts {
  readonly remains: Remains
  readonly inheritance: Inheritance
}

/**
 * All that undoes a set-up, in the order in which a run that ends anywhere can be continued.
 *
 * The exchanging client remembers what was there before, so it goes behind everything that is undone by that. What is left
 * then is found by its marks.
 */
export function removalSteps(
  api: ManagementApi,
  { server, api: protectedApi }: Blueprint,
  { remains, inheritance }: RemovalParts,
): readonly Step[] {
  const names = namesOf(server.identifier)
  const clients = [...remains.ownClients, ...remains.usedClients]
  const own = ownApis(remains).map(({ identifier }) => identifier)
  return [
    ...(remains.hasCustomExchange ? [customExchangeRemoval(api, names)] : []),
    roleRemoval(api, {
      description: names.roleDescription,
      identifiers: [server.identifier, protectedApi.identifier, ...own],
    }),
    grantRemoval(api, remains),
    ...inheritance.steps,
    ...undoSteps({
      api,
      clientIds: clients.map(({ client_id }) => client_id),
      journal: inheritance.undone,
    }),
    clientRemoval(api, remains),
    apiRemoval(api, remains),
  ]
}
