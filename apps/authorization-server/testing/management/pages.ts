import { Refusal } from './refusal.js'

/** Numbered pages, at most a hundred entries each. */
export function pages(
  entries: readonly unknown[],
  collection: string,
  query: URLSearchParams,
): unknown {
  const perPage = Number(query.get('per_page') ?? 50)
  if (perPage > 100) throw new Refusal(400, 'invalid_query_string')
  const start = Number(query.get('page') ?? 0) * perPage
  const page = entries.slice(start, start + perPage)
  if (query.get('include_totals') !== 'true') return page
  return { start, limit: perPage, total: entries.length, [collection]: page }
}

/** A checkpoint comes with every answer that is not the last one. */
export function checkpoints(
  entries: readonly unknown[],
  collection: string,
  query: URLSearchParams,
): unknown {
  const take = query.get('take')
  if (take === null) return entries
  const start = Number(query.get('from') ?? 0)
  const end = start + Math.min(Number(take), 100)
  return {
    [collection]: entries.slice(start, end),
    ...(end < entries.length ? { next: `${end}` } : {}),
  }
}
