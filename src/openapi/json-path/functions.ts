import { isList, isObject, type Json } from '../json.js'
import { iRegexp } from './i-regexp.js'
import type { JsonNode } from './json-node.js'
import { queried, type Selecting } from './selecting.js'
import type { Argument, FunctionCall } from './syntax.js'

/** What a function takes and gives (RFC 9535 §2.4). */
interface Signature {
  readonly takes: readonly ('value' | 'nodes')[]
  readonly gives: 'value' | 'logical'
}

export const FUNCTIONS: Readonly<Record<string, Signature>> = {
  length: { takes: ['value'], gives: 'value' },
  count: { takes: ['nodes'], gives: 'value' },
  value: { takes: ['nodes'], gives: 'value' },
  match: { takes: ['value', 'value'], gives: 'logical' },
  search: { takes: ['value', 'value'], gives: 'logical' },
}

/** Calls a function whose arguments were checked when the expression was read. `undefined` is Nothing. */
export function callFunction(
  { name, arguments: given }: FunctionCall,
  node: JsonNode,
  selecting: Selecting,
): Json | undefined {
  const [first, second] = given
  switch (name) {
    case 'count':
      return countOf(first, node, selecting)
    case 'value':
      return argumentOf(first, node, selecting)
    case 'length':
      return lengthOf(argumentOf(first, node, selecting))
    default: {
      const text = argumentOf(first, node, selecting)
      const pattern = argumentOf(second, node, selecting)
      if (typeof text !== 'string' || typeof pattern !== 'string') return false
      return iRegexp(pattern, name === 'match')?.test(text) ?? false
    }
  }
}

/** The value of the one node that a query selects; Nothing if it selects none or several. */
function argumentOf(
  argument: Argument | undefined,
  node: JsonNode,
  selecting: Selecting,
): Json | undefined {
  if (argument?.type === 'Literal') return argument.value
  if (argument?.type === 'FunctionExpr') return callFunction(argument, node, selecting)
  if (argument?.type !== 'FilterQuery') return undefined
  const nodes = queried(argument, node, selecting)
  const found = nodes.next()
  return found.done === true || nodes.next().done !== true ? undefined : found.value.value
}

function countOf(argument: Argument | undefined, node: JsonNode, selecting: Selecting): number {
  if (argument?.type !== 'FilterQuery') return 0
  let count = 0
  const nodes = queried(argument, node, selecting)
  while (nodes.next().done !== true) count += 1
  return count
}

function lengthOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string') return Array.from(value).length
  if (isList(value)) return value.length
  return isObject(value) ? Object.keys(value).length : undefined
}
