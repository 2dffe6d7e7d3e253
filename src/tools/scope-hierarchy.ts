/** Scopes that include others: `{ 'tool:admin': ['tool:greet', 'tool:whoami'] }`. */
export type ScopeHierarchy = Readonly<Record<string, readonly string[]>>

/** Adds every scope that the given ones include, at any depth; cycles do no harm. */
export function expandScopes(
  scopes: readonly string[],
  hierarchy: ScopeHierarchy,
): readonly string[] {
  const expanded = new Set<string>()
  const pending = [...scopes]
  for (let scope = pending.pop(); scope !== undefined; scope = pending.pop()) {
    if (expanded.has(scope)) continue
    expanded.add(scope)
    if (Object.hasOwn(hierarchy, scope)) pending.push(...(hierarchy[scope] ?? []))
  }
  return [...expanded]
}
