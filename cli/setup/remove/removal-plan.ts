import { statSync } from 'node:fs'
import type { Blueprint } from '../blueprint.js'
import type { ManagementApi } from '../management-api.js'
import { makePlan, StepFailure, type PlannedStep } from '../plan.js'
import type { Step } from '../step.js'
import { ownApis } from './delete-grants.js'
import { findInheritance } from './inheritance.js'
import { findRemains, type Remains } from './remains.js'
import { removalSteps, type RemovalParts } from './removal-steps.js'

/** Looks at the tenant and decides what to undo and what to delete, so that nothing of a set-up stays; changes nothing. */
export async function removalPlan(
  api: ManagementApi,
  blueprint: Blueprint,
  envFile: string | undefined,
): Promise<readonly PlannedStep[]> {
  const parts = await look(api, blueprint)
  return makePlan([
    ...removalSteps(api, blueprint, parts),
    lostJournal(parts.remains),
    ...(envFile === undefined ? [] : [keptFile(envFile)]),
  ])
}

async function look(api: ManagementApi, blueprint: Blueprint): Promise<RemovalParts> {
  try {
    const remains = await findRemains(api, blueprint)
    return { remains, inheritance: await findInheritance(api, remains) }
  } catch (cause) {
    throw new StepFailure('what setup has left', { done: [], left: [] }, cause)
  }
}

/** Without the client nobody knows what setup has changed elsewhere. */
function lostJournal(remains: Remains): Step {
  const exchanging = remains.ownClients.length - remains.pageClients.length
  const isLost = exchanging + remains.usedClients.length === 0 && ownApis(remains).length > 0
  const text =
    'The exchanging client is gone already, and it knew what setup has changed in objects that were there before. If --remove has not deleted it, look yourself: settings of the tenant, connection, roles.'
  return {
    name: 'what was there before',
    inspect: () => Promise.resolve({ changes: [], quiet: true, notes: isLost ? [text] : [] }),
  }
}

function keptFile(path: string): Step {
  const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined
  const text = `${path} stays: delete it yourself. It holds the secret of the client.`
  return {
    name: path,
    inspect: () => Promise.resolve({ changes: [], quiet: true, left: isThere ? [text] : [] }),
  }
}
