import { createRequire } from 'node:module'
import { runInNewContext } from 'node:vm'
import type * as Parser from 'jsonpath-rfc9535/parser'
import type { Json } from '../json.js'
import { Budget, JsonPathBudgetError } from './budget.js'
import { filterHolds } from './filter.js'
import { pathOf, type JsonNode } from './json-node.js'
import { selectNodes } from './select-nodes.js'
import type { Selecting } from './selecting.js'
import type { Query } from './syntax.js'
import { isValidQuery } from './valid-query.js'

/** What one expression may cost. */
export interface JsonPathLimits {
  /** Of an expression, in characters. */
  readonly length: number
  /** Nodes that are visited and values that are compared. */
  readonly steps: number
  /** Nodes that are selected. */
  readonly nodes: number
  /** For the patterns of `match` and `search`, whose steps nobody can count. */
  readonly timeoutMs: number
}

export const JSON_PATH_LIMITS: JsonPathLimits = {
  length: 2_000,
  // `$..*` of the largest known document takes a million.
  steps: 20_000_000,
  nodes: 100_000,
  timeoutMs: 20_000,
}

/** An expression that was read. */
export interface JsonPath {
  /** The keys to each node that is selected, each node once; `too_much`: a limit is passed. */
  readonly select: (root: Json) => readonly (readonly (string | number)[])[] | 'too_much'
}

/**
 * Reads a JSONPath expression (RFC 9535); `undefined` for a text that is none or too long.
 *
 * Expressions are not trusted: what one costs is bounded in steps, selected nodes and time, and so is its memory. The document
 * has to be bounded in depth.
 */
export function parseJsonPath(
  expression: string,
  limits: JsonPathLimits = JSON_PATH_LIMITS,
): JsonPath | undefined {
  const query = expression.length > limits.length ? undefined : parsed(expression)
  if (query === undefined) return undefined
  return {
    select: (root) => {
      const select = (): readonly (readonly (string | number)[])[] => selected(root, query, limits)
      try {
        // A context is what Node can give a timeout to. It is no sandbox: the code in it is ours.
        return runInNewContext('select()', { select }, { timeout: limits.timeoutMs }) as ReturnType<
          typeof select
        >
      } catch (error) {
        const { code } = error as { readonly code?: unknown }
        if (error instanceof JsonPathBudgetError || code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
          return 'too_much'
        }
        throw error
      }
    },
  }
}

function parsed(expression: string): Query | undefined {
  // Loaded here: nobody without overlays needs it, and its readers are synchronous.
  const { default: parse } = createRequire(import.meta.url)(
    'jsonpath-rfc9535/parser',
  ) as typeof Parser
  try {
    const query = parse(expression)
    return isValidQuery(query) ? query : undefined
  } catch {
    return undefined
  }
}

function selected(
  root: Json,
  { segments }: Query,
  limits: JsonPathLimits,
): readonly (readonly (string | number)[])[] {
  const budget = new Budget(limits)
  const from: JsonNode = { value: root, key: undefined, parent: undefined }
  const selecting: Selecting = {
    ...{ root: from, budget },
    select: (node, below) => selectNodes(node, below, selecting),
    holds: (filter, node) => filterHolds(filter, node, selecting),
  }
  const paths = new Map<string, readonly (string | number)[]>()
  for (const node of selectNodes(from, segments, selecting)) {
    const path = pathOf(node)
    const key = JSON.stringify(path)
    if (paths.has(key)) continue
    budget.node()
    paths.set(key, path)
  }
  return [...paths.values()]
}
