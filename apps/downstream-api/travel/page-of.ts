/** One page of a list, and the cursor of the next one if there is more. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | undefined
}

/** Which page is asked for. */
export interface PageRequest {
  readonly limit: number
  /** As `parseCursor` returns it; 0 is the first page. */
  readonly after: number
}

/** Cuts one page out of items whose ids end in a number and are in the order of these numbers. */
export function pageOf<Item extends { readonly id: string }>(
  items: readonly Item[],
  { limit, after }: PageRequest,
): Page<Item> {
  // By number and not by position: the item that the cursor names may be gone.
  const rest = items.filter((item) => numberOf(item.id) > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const isLast = last === undefined || rest.length <= limit
  return { items: page, nextCursor: isLast ? undefined : cursorAfter(numberOf(last.id)) }
}

/** Returns the number that a cursor names, or `undefined` for a text that is no cursor of ours. */
export function parseCursor(cursor: string): number | undefined {
  const number = Number(Buffer.from(cursor, 'base64url').toString('latin1'))
  return Number.isSafeInteger(number) && number > 0 && cursorAfter(number) === cursor
    ? number
    : undefined
}

function cursorAfter(number: number): string {
  return Buffer.from(String(number), 'latin1').toString('base64url')
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}
