import { randomUUID } from 'node:crypto'
import { digestOf } from '../audit/digest.js'
import type { IdempotencyKey } from '../downstream/downstream-request.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { userKeyOf, type Caller } from '../identity/caller.js'
import type { Json, JsonObject } from '../openapi/json.js'
import { invalidRetryId } from './argument-error.js'
import { createRetryIds, type RetryIds } from './retry-ids.js'

/** The argument by which a model repeats a call whose outcome is unknown. */
export const RETRY_OF = 'retry_of'

/** How a model is told of that argument. */
export const RETRY_OF_SCHEMA: JsonObject = {
  type: 'string',
  description:
    'Only to repeat a call whose outcome is not known: the id that its answer gave, with the same arguments as then.',
}

/** The name of one call, and what to say where its outcome stays unknown. */
export interface IdempotentCall {
  readonly idempotency: IdempotencyKey
  /** The same failure, which offers the repetition where the outcome is unknown. */
  readonly failure: (thrown: unknown) => unknown
}

/** One call of a tool, as the server got it. */
export interface CallOfTool {
  readonly tool: string
  readonly caller: Caller
  readonly args: JsonObject
}

/** Gives each call of the tools of a document its key. */
export interface IdempotentCalls {
  /**
   * A call with a key of its own, or with that of the call which it repeats. Throws `invalid_argument` for an id of another user,
   * another tool or other arguments.
   */
  begin(header: string, call: CallOfTool): IdempotentCall
}

export interface IdempotentCallsOptions {
  /** Default: random UUIDs. */
  readonly createKey?: (() => string) | undefined
  readonly retryIds?: RetryIds | undefined
}

/** Creates the keys of the calls of a document's tools. Keeps nothing. */
export function createIdempotentCalls({
  createKey = randomUUID,
  retryIds = createRetryIds(),
}: IdempotentCallsOptions = {}): IdempotentCalls {
  return {
    begin(header, { tool, caller, args }) {
      const { [RETRY_OF]: id, ...rest } = args
      const binding = JSON.stringify([userKeyOf(caller), tool, digestOf(rest) ?? null])
      const key = id === undefined || id === null ? createKey() : keyOf(id, binding, retryIds)
      return {
        idempotency: { key, header },
        failure: (thrown) =>
          thrown instanceof OnBehalfOfError && thrown.details.outcomeUnknown === true
            ? withOffer(thrown, retryIds.seal(key, binding))
            : thrown,
      }
    },
  }
}

function keyOf(id: Json, binding: string, retryIds: RetryIds): string {
  const key = typeof id === 'string' ? retryIds.open(id, binding) : undefined
  if (key !== undefined) return key
  throw invalidRetryId()
}

/** Behind what is known of the failure. */
function withOffer(failure: OnBehalfOfError, id: string): OnBehalfOfError {
  const description = `${failure.details.description ?? ''} Or repeat it with the same arguments and "${RETRY_OF}": "${id}": the API then carries it out once at most.`
  return new OnBehalfOfError(failure.code, { ...failure.details, description })
}
