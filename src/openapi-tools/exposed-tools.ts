import type { OpenApiDocument } from '../openapi/reading.js'
import type { Tool } from '../tools/tool.js'
import type { MadeTool } from './make-tool.js'
import type { OpenApiTools } from './openapi-tools.js'
import { OPENAPI_TOOLS_DEFAULTS, type Exposure } from './options.js'
import { searchTools } from './search-tools.js'

/** The tools of a document, and how clients get to them. */
export interface ExposedTools extends Pick<OpenApiTools, 'tools' | 'searchTools'> {
  readonly expose: Exposure
  /** What a client is shown that may see everything. */
  readonly listed: readonly Tool[]
}

/** The tools, and where they are searched those that find, describe and call them. */
export function exposedTools(
  { title }: Pick<OpenApiDocument, 'title'>,
  made: readonly MadeTool[],
  expose: Exposure = OPENAPI_TOOLS_DEFAULTS.expose,
): ExposedTools {
  const tools = made.map(({ tool }) => (expose === 'search' ? { ...tool, unlisted: true } : tool))
  const operations = made.map(({ tool, reported: { operation } }) => ({ tool, operation }))
  const isSearched = expose !== 'tools' && made.length > 0
  const titles = title === undefined ? [] : [title]
  const search = isSearched ? searchTools(operations, { titles }) : []
  const listed = [...(expose === 'search' ? [] : tools), ...search]
  return { tools, searchTools: search, expose, listed }
}
