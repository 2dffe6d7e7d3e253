import type { Tool } from '../tools/tool.js'
import { callOperation } from './call-operation.js'
import { describeOperation } from './describe-operation.js'
import { findOperations } from './find-operations.js'
import type { SearchIndex } from './search-index.js'
import type { ReportedTool } from './openapi-tools.js'
import type { SearchedOperation } from './searched-operation.js'
import { SEARCH_TOOL_NAMES } from './search-tool-names.js'

/** What the tools of a search say of themselves, and what they are called. */
export interface SearchOptions {
  /** Of the APIs, as their documents have them. */
  readonly titles: readonly string[]
  /** In front of the names of the tools. Default: nothing. */
  readonly prefix?: string | undefined
  /** Of the operations. Default: made with the first query. */
  readonly index?: SearchIndex<SearchedOperation> | undefined
}

/**
 * The three tools that stand for all of the operations: one finds operations by words, one describes one of them, and one calls it.
 * Each needs a sign-in only; a call needs what its operation needs.
 *
 * An operation that the caller may not see is one that does not exist, for all three of them.
 */
export function searchTools(
  operations: readonly SearchedOperation[],
  { titles, prefix = '', index }: SearchOptions,
): readonly Tool[] {
  const [find, describe, call] = SEARCH_TOOL_NAMES.map((name) => `${prefix}${name}`) as [
    string,
    string,
    string,
  ]
  const named = { find, describe, call, titles, index }
  return [
    findOperations(operations, named),
    describeOperation(operations, named),
    callOperation(operations, named),
  ]
}

/** The operations of the tools that are in the report of their document. */
export function searchedOperations(
  tools: readonly Tool[],
  reported: readonly ReportedTool[],
): readonly SearchedOperation[] {
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  return reported.flatMap(({ name, operation }) => {
    const tool = byName.get(name)
    return tool === undefined ? [] : [{ tool, operation }]
  })
}
