import { z } from 'zod'
import { scrub } from '../../../src/logging/scrub.js'
import { listAll } from '../listing.js'
import { readAnswer, type ManagementApi } from '../management-api.js'
import { ifThere } from './if-there.js'

const FAULTS = z.array(z.looseObject({ msg: z.string().nullish() })).nullish()
const ACTION = z.looseObject({
  id: z.string(),
  name: z.string(),
  code: z.string().nullish(),
  dependencies: z.array(z.looseObject({ name: z.string(), version: z.string() })).nullish(),
  runtime: z.string().nullish(),
  secrets: z.array(z.looseObject({ name: z.string() })).nullish(),
  status: z.string().nullish(),
  all_changes_deployed: z.boolean().nullish(),
  deployed_version: z.looseObject({}).nullish(),
  supported_triggers: z.array(z.looseObject({ id: z.string() })).nullish(),
  errors: FAULTS,
  current_version: z.looseObject({ errors: FAULTS }).nullish(),
})

/** An Action as Auth0 knows it; the values of its secrets are never shown. */
export type Action = z.infer<typeof ACTION>

/** Finds an Action of Custom Token Exchange by its name, byte for byte; `undefined` where there is none. */
export async function findAction(api: ManagementApi, name: string): Promise<Action | undefined> {
  const found = await listAll(api, {
    path: '/actions/actions',
    collection: 'actions',
    entry: ACTION,
    query: { triggerId: 'custom-token-exchange', actionName: name },
    style: 'pages-with-total',
  })
  const listed = found.find((candidate) => candidate.name === name)
  if (listed === undefined) return undefined
  // A list need not show all of an Action.
  return (await actionById(api, listed.id)) ?? listed
}

/** Gets an Action; `undefined` where there is none with this id. */
export async function actionById(api: ManagementApi, id: string): Promise<Action | undefined> {
  const answer = await ifThere(api.get(actionPath(id)))
  return answer === undefined ? undefined : readAction(answer)
}

/** Reads the answer to a request that is about one Action. */
export function readAction(answer: unknown): Action {
  return readAnswer(ACTION, answer, '/actions/actions')
}

/** Why an Action could not be built, in Auth0's words, scrubbed; `undefined` where it does not say. */
export function buildFault(action: Action): string | undefined {
  const faults = [...(action.errors ?? []), ...(action.current_version?.errors ?? [])]
  const texts = faults.flatMap(({ msg }) => scrub(msg, 200) ?? [])
  return texts.length === 0 ? undefined : texts.join('; ')
}

export function actionPath(id: string): string {
  return `/actions/actions/${encodeURIComponent(id)}`
}
