/** Where a response redirects to: origin and path alone, since a query may hold what is nobody's business. */
export function redirectTarget({ headers }: Response, from: URL): string | undefined {
  const location = headers.get('location')
  if (location === null || !URL.canParse(location, from.href)) return undefined
  const { origin, pathname } = new URL(location, from)
  return `${origin}${pathname}`
}
