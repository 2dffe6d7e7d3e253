import type { Tool } from '../tools/tool.js'
import type { ReportedTool } from './openapi-tools.js'
import type { SearchIndex } from './search-index.js'

/** An operation that is found and called by name. */
export interface SearchedOperation {
  readonly tool: Tool
  readonly operation: Pick<ReportedTool['operation'], 'method' | 'path' | 'tags'>
}

/** What the three tools call each other, and the APIs. */
export interface NamedSearch {
  readonly find: string
  readonly describe: string
  readonly call: string
  readonly titles: readonly string[]
  readonly index: SearchIndex<SearchedOperation> | undefined
}
