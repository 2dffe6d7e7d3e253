import type { ManagementApi } from '../management-api.js'
import { actionById, buildFault, type Action } from '../objects/action.js'
import { SetupError } from '../setup-error.js'

export type Wait = (delayMs: number) => Promise<void>

const BETWEEN_LOOKS_MS = 2_000
const MOST_LOOKS = 45

/**
 * Waits until Auth0 has built an Action: a minute and a half at most.
 *
 * Throws a `SetupError` where it cannot be built, with the reason that Auth0 gives, and where that takes longer.
 */
export function builtAction(api: ManagementApi, id: string, wait: Wait): Promise<Action> {
  return look(api, id, {
    wait,
    isDone: ({ status }) => status === 'built',
    late: 'is still being built',
  })
}

/** The same until all of it is deployed. */
export function deployedAction(api: ManagementApi, id: string, wait: Wait): Promise<Action> {
  return look(api, id, {
    wait,
    isDone: ({ all_changes_deployed: isDeployed }) => isDeployed === true,
    late: 'is still being deployed',
  })
}

interface Look {
  readonly wait: Wait
  readonly isDone: (action: Action) => boolean
  readonly late: string
}

async function look(api: ManagementApi, id: string, { wait, isDone, late }: Look): Promise<Action> {
  for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
    // Reads may lag behind writes at Auth0: an Action that has just been created may not be seen yet.
    const action = await actionById(api, id)
    if (action?.status === 'failed') throw notBuilt(action)
    if (action !== undefined && isDone(action)) return action
    if (looks < MOST_LOOKS) await wait(BETWEEN_LOOKS_MS)
  }
  throw new SetupError(
    `The Action ${id} ${late} after ${(MOST_LOOKS * BETWEEN_LOOKS_MS) / 1_000} seconds.`,
    'Run the command again in a while: it goes on from here. If it stays so, look at the Action (Dashboard, Actions, Library).',
  )
}

function notBuilt(action: Action): SetupError {
  const fault = buildFault(action)
  const reason = fault === undefined ? 'Auth0 does not say why.' : `Auth0 says: “${fault}”.`
  return new SetupError(
    `The Action ${action.name} could not be built. ${reason}`,
    'See the Action (Dashboard, Actions, Library, that Action). When the reason is gone, run the command again: it writes the Action anew.',
  )
}
