import { z } from 'zod'
import type { Directory } from '../../directory.js'
import { DEFAULT_CONNECTION } from '../../connections.js'
import type { Actor } from '../delegation.js'
import { ExchangeRefusal } from '../exchange-refusal.js'
import { parseActionActor } from './action-actor.js'
import type { ActionCache } from './action-cache.js'
import { InvalidSubjectToken } from './invalid-subject-token.js'

/** What an Action has said through its `api`. */
export interface ActionVerdict {
  /** The first refusal. */
  readonly refusal: ExchangeRefusal | undefined
  /** One for each call that sets a user; exactly one is right. */
  readonly userIds: readonly string[]
  /** Id or name, as it was given. */
  readonly organization: string | undefined
  readonly actor: Actor | undefined
  readonly appMetadata: Readonly<Record<string, unknown>>
  readonly userMetadata: Readonly<Record<string, unknown>>
}

type Draft = { -readonly [Name in keyof ActionVerdict]: ActionVerdict[Name] } & {
  userIds: string[]
  appMetadata: Record<string, unknown>
  userMetadata: Record<string, unknown>
}

const text = z.string().min(1)
const attributes = z.looseObject({ user_id: text })
const behaviors = z.object({
  creationBehavior: z.enum(['create_if_not_exists', 'none']),
  updateBehavior: z.enum(['replace', 'none']),
})

/**
 * Creates the `api` object of the trigger `custom-token-exchange`, and the verdict that it writes down.
 *
 * Wrong arguments throw a `TypeError` into the Action. `setUserByConnection` finds existing users alone: this server creates
 * and changes none.
 */
export function createActionApi(
  directory: Directory,
  cache: ActionCache,
): { readonly api: unknown; readonly verdict: ActionVerdict } {
  const verdict: Draft = {
    refusal: undefined,
    userIds: [],
    organization: undefined,
    actor: undefined,
    appMetadata: {},
    userMetadata: {},
  }
  const api = {
    access: accessApi(verdict),
    authentication: authenticationApi(directory, verdict),
    user: {
      setAppMetadata: (key: unknown, value: unknown) => {
        verdict.appMetadata[argument('setAppMetadata', text, key)] = value
      },
      setUserMetadata: (key: unknown, value: unknown) => {
        verdict.userMetadata[argument('setUserMetadata', text, key)] = value
      },
    },
    cache,
  }
  return { api, verdict }
}

function accessApi(verdict: Draft) {
  return {
    deny(code: unknown, reason: unknown): void {
      const error = argument('deny', text, code)
      const status = error === 'server_error' ? 500 : 400
      verdict.refusal ??= new ExchangeRefusal(status, error, argument('deny', text, reason))
    },
    rejectInvalidSubjectToken(reason: unknown): void {
      const why = argument('rejectInvalidSubjectToken', text, reason)
      verdict.refusal ??= new InvalidSubjectToken(why)
    },
  }
}

function authenticationApi({ connections }: Directory, verdict: Draft) {
  return {
    setUserById(userId: unknown): void {
      verdict.userIds.push(argument('setUserById', text, userId))
    },
    setUserByConnection(name: unknown, profile: unknown, options: unknown): void {
      const wanted = argument('setUserByConnection', text.max(512), name)
      argument('setUserByConnection', behaviors, options)
      const { user_id: userId } = argument('setUserByConnection', attributes, profile)
      const found = (connections ?? [DEFAULT_CONNECTION]).find((one) => one.name === wanted)
      if (found === undefined) throw new TypeError(`There is no connection ${wanted}`)
      verdict.userIds.push(`${found.strategy}|${userId}`)
    },
    setOrganization(idOrName: unknown): void {
      verdict.organization = argument('setOrganization', text, idOrName)
    },
    setActor(actor: unknown): void {
      verdict.actor = parseActionActor(actor)
    },
  }
}

function argument<T>(method: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new TypeError(`Invalid ${method} arguments`)
}
