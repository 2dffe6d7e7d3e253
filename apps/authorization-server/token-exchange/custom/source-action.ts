import type { ActionSource, Directory } from '../../directory.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import { type ActionVerdict, createActionApi } from './action-api.js'
import type { ActionResult } from './action-result.js'
import type { ActionRuntime } from './action-runtime.js'

export interface SourceActionParts {
  readonly directory: Directory
  readonly actions: ActionRuntime
}

/**
 * Runs an Action as Auth0 does: its handler gets `event` and `api`, and has to set exactly one user or refuse.
 *
 * Nothing that an Action does after its time is over counts.
 *
 * Throws `ExchangeRefusal` as the Action says: `InvalidSubjectToken` for `rejectInvalidSubjectToken`. Throws 500 `server_error`
 *   for an Action that throws, takes too long, or sets no user or several.
 */
export async function runSourceAction(
  action: ActionSource,
  event: object,
  { directory, actions }: SourceActionParts,
): Promise<ActionResult> {
  const { api, verdict } = createActionApi(directory, actions.cache)
  try {
    const handler = actions.load(action)
    await within(
      actions.timeoutMs,
      Promise.resolve().then(() => handler(event, api)),
    )
  } catch (error) {
    // Not the error itself: it may quote a token.
    const kind = error instanceof Error ? error.name : typeof error
    throw failure(`The Action failed: ${kind}`)
  }
  return resultOf(directory, verdict)
}

function resultOf(directory: Directory, verdict: ActionVerdict): ActionResult {
  const { refusal, userIds, organization, actor, appMetadata, userMetadata } = verdict
  if (refusal !== undefined) throw refusal
  const [userId, ...others] = userIds
  if (userId === undefined) throw failure('The Action has set no user')
  if (others.length > 0) throw failure('The Action has set more than one user')
  return {
    userId,
    organizationId: findOrganizationByIdOrName(directory, organization),
    actor,
    appMetadata,
    userMetadata,
  }
}

/** An Action may name an organization, whatever requests may do. */
function findOrganizationByIdOrName(
  { organizations }: Directory,
  given: string | undefined,
): string | undefined {
  return organizations.find(({ id, name }) => id === given || name === given)?.id ?? given
}

async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The Action takes too long'))
    }, timeoutMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function failure(description: string): ExchangeRefusal {
  return new ExchangeRefusal(500, 'server_error', description)
}
