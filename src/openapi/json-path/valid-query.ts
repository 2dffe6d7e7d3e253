import { FUNCTIONS } from './functions.js'
import type { Argument, FunctionCall, Query } from './syntax.js'

/**
 * Whether a query that was parsed is valid: its functions exist and get arguments that fit (RFC 9535 §2.4.3), and its indexes
 * are exact numbers (§2.1).
 */
export function isValidQuery(query: Query): boolean {
  return partsOf(query).every(({ part, inside }) => {
    if (part.type === 'FunctionExpr') return isTyped(part as unknown as FunctionCall, inside)
    if (part.type !== 'IndexSelector' && part.type !== 'SliceSelector') return true
    return Object.values(part).every(
      (value) => typeof value !== 'number' || Number.isSafeInteger(value),
    )
  })
}

interface Part {
  readonly type: string
}

/** Each part of a parsed expression, and the type of the part around it. */
function partsOf(root: Part): readonly { readonly part: Part; readonly inside: string }[] {
  const parts: { readonly part: Part; readonly inside: string }[] = []
  const walk = (value: unknown, inside: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { type } = value as { readonly type?: unknown }
    if (typeof type === 'string') parts.push({ part: value as Part, inside })
    const within = typeof type === 'string' ? type : inside
    for (const below of Object.values(value)) walk(below, within)
  }
  walk(root, '')
  return parts
}

function isTyped({ name, arguments: given }: FunctionCall, inside: string): boolean {
  const signature = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
  if (signature?.takes.length !== given.length) return false
  // Compared, or handed to another function: a value. Tested: what is true or false.
  if (signature.gives !== (inside === 'TestExpr' ? 'logical' : 'value')) return false
  return given.every((argument, index) =>
    signature.takes[index] === 'nodes' ? argument.type === 'FilterQuery' : isValue(argument),
  )
}

/** A literal, a call that gives a value (checked as a call of its own), or a query of at most one node. */
function isValue(argument: Argument): boolean {
  if (argument.type === 'Literal') return true
  if (argument.type === 'FunctionExpr') return FUNCTIONS[argument.name]?.gives === 'value'
  if (argument.type !== 'FilterQuery') return false
  return argument.value.segments.every(({ type, node }) => {
    if (type !== 'ChildSegment') return false
    if (node.type !== 'BracketedSelection') return node.type === 'MemberNameShorthand'
    const [only, ...more] = node.selectors
    return more.length === 0 && (only?.type === 'NameSelector' || only?.type === 'IndexSelector')
  })
}
