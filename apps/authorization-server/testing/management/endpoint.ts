import type { z } from 'zod'
import { Refusal } from './refusal.js'
import type { Tenant } from './tenant.js'

export type Answer = readonly [status: number, body?: unknown]

export interface Call {
  readonly method: string
  /** Below `/api/v2`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
  /** What the token may do. */
  readonly scopes: ReadonlySet<string>
  readonly behavior: TenantBehavior
}

/** How the tenant works, beside what is in it. */
export interface TenantBehavior {
  /** How many reads find an Action unfinished that has been created or changed. */
  buildReads: number
  /** What is wrong with the code of an Action, so that it cannot be built. */
  buildFailure: string | undefined
}

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:id` stands for one segment, given to `answer` as it was before its escaping. */
  readonly path: string
  /** All are needed, divided by spaces. */
  readonly scope: string
  readonly answer: (tenant: Tenant, call: Call, id: string) => Answer
}

/** The body by its schema; refuses one that does not fit. */
export function valid<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Refusal(400, 'invalid_body')
}

/** The entry whose `key` is this, or 404. */
export function byId<T extends object>(entries: readonly T[], id: string, key: keyof T): T {
  const found = entries.find((entry) => entry[key] === id)
  if (found === undefined) throw new Refusal(404, 'inexistent')
  return found
}

/** Takes entries out of a list, in place. */
export function discard<T>(entries: T[], gone: (entry: T) => boolean): void {
  entries.splice(0, entries.length, ...entries.filter((entry) => !gone(entry)))
}
