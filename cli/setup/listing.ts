import { z } from 'zod'
import { readAnswer, type ManagementApi, type Query } from './management-api.js'
import { SetupError } from './setup-error.js'

export interface Listing<T> {
  readonly path: string
  /** The member of the answer that holds the entries, where it is no bare array. */
  readonly collection: string
  readonly entry: z.ZodType<T>
  readonly query?: Query
  /**
   * How the endpoint divides its answers: numbered pages, whose total it tells if it is asked or always does, or from one
   * checkpoint to the next.
   */
  readonly style: 'pages' | 'pages-with-total' | 'checkpoints'
}

const MAX_PAGES = 100
const PER_PAGE = 100

/** Gets all entries, page by page; throws a `SetupError` for more than a hundred pages. */
export async function listAll<T>(api: ManagementApi, listing: Listing<T>): Promise<readonly T[]> {
  const entries: T[] = []
  let query: Query = firstQuery(listing)
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await api.get(listing.path, query)
    const { found, next, total } = readPage(answer, listing)
    entries.push(...found)
    if (listing.style === 'checkpoints') {
      if (next === undefined) return entries
      query = { ...query, from: next }
    } else {
      if (found.length === 0 || entries.length >= total) return entries
      query = { ...query, page: `${page}` }
    }
  }
  throw new SetupError(
    `GET /api/v2${listing.path} has more than ${MAX_PAGES * PER_PAGE} entries.`,
    'This command does not look through so many. Set that object up by hand (docs/auth0.md).',
  )
}

function firstQuery({ style, query = {} }: Listing<unknown>): Query {
  if (style === 'checkpoints') return { ...query, take: `${PER_PAGE}` }
  const first = { ...query, page: '0', per_page: `${PER_PAGE}` }
  return style === 'pages' ? { ...first, include_totals: 'true' } : first
}

function readPage<T>(
  answer: unknown,
  { path, collection, entry }: Listing<T>,
): { found: readonly T[]; next: string | undefined; total: number } {
  if (Array.isArray(answer)) {
    return { found: readAnswer(z.array(entry), answer, path), next: undefined, total: 0 }
  }
  const envelope = readAnswer(
    z.looseObject({ next: z.string().nullish(), total: z.number().optional() }),
    answer,
    path,
  )
  const found = readAnswer(z.array(entry), envelope[collection], path)
  const next = envelope.next ?? undefined
  return { found, next: next === '' ? undefined : next, total: envelope.total ?? 0 }
}
