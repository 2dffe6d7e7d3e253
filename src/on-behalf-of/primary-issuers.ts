/** Of each issuer in a group, the first of that group. */
export function primaryIssuersBy(
  families: readonly (readonly string[])[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    families.flatMap((family) => family.map((issuer) => [issuer, family[0] ?? issuer] as const)),
  )
}
