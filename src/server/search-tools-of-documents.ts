import { operationIndex } from '../openapi-tools/find-operations.js'
import { searchTools, searchedOperations } from '../openapi-tools/search-tools.js'
import type { Tool } from '../tools/tool.js'
import type { DocumentTools } from './document-tools.js'

/** The tools that find, describe and call the offered operations: three for all documents of the same prefix. */
export function searchToolsOfDocuments(
  documents: readonly DocumentTools[],
  offered: readonly Tool[],
): readonly Tool[] {
  const searched = documents.filter(({ isSearched }) => isSearched)
  const prefixes = [...new Set(searched.map(({ prefix }) => prefix))]
  return prefixes.flatMap((prefix) => {
    const together = searched.filter((one) => one.prefix === prefix)
    const reported = together.flatMap(({ report }) => report.tools)
    const titles = together.flatMap(({ report }) => report.document.title ?? [])
    const operations = searchedOperations(offered, reported)
    if (operations.length === 0) return []
    // At the start: the first query shall not wait for it.
    const index = operationIndex(operations)
    return searchTools(operations, { titles, prefix, index })
  })
}
