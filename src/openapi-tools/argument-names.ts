import type { OpenApiParameter } from '../openapi/operation.js'
import { safeName } from '../openapi/safe-name.js'

/**
 * Names of arguments that all model providers accept, each once: `$filter` becomes `filter`. Parameters of the same name in
 * several places get `_path`, `_query` or `_header` behind it, and so does one with a name that is reserved for another argument.
 */
export function argumentNames(
  parameters: readonly OpenApiParameter[],
  reserved: readonly string[],
): ReadonlyMap<OpenApiParameter, string> {
  const groups = new Map<string, OpenApiParameter[]>()
  for (const parameter of parameters) {
    const base = safeName(parameter.name, () => false)
    const group = groups.get(base)
    if (group === undefined) groups.set(base, [parameter])
    else group.push(parameter)
  }
  const names = new Map<OpenApiParameter, string>()
  const taken = new Set(reserved)
  const clashing: [string, readonly OpenApiParameter[]][] = []
  for (const [base, group] of groups) {
    const [only, second] = group
    if (only === undefined || second !== undefined || taken.has(base)) clashing.push([base, group])
    else names.set(only, base)
  }
  for (const name of names.values()) taken.add(name)
  for (const [base, group] of clashing) {
    const places = new Set(group.map((parameter) => parameter.in))
    const apart = places.size > 1 || taken.has(base)
    for (const parameter of inOrder(group, base)) {
      const wanted = apart ? `${base}_${parameter.in}` : base
      const name = safeName(wanted, (tried) => taken.has(tried))
      taken.add(name)
      names.set(parameter, name)
    }
  }
  return names
}

/** Those that have the name already come first; the rest does not depend on the document's order. */
function inOrder(group: readonly OpenApiParameter[], base: string): readonly OpenApiParameter[] {
  const rank = ({ name }: OpenApiParameter): string => (name === base ? '' : name)
  return [...group].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}
