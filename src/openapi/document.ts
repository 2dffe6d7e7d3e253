import { documentText } from './document-text.js'
import { addJsonFault, jsonDocument } from './json-document.js'
import type { FaultList } from './fault-list.js'
import type { ParsedDocument } from './parsed-document.js'
import { yamlDocument } from './yaml-document.js'

/**
 * Parses a document: a text or bytes in JSON or YAML, or an object. Adds what is wrong to `faults`.
 *
 * The size is bounded before anything else, the depth and the number of values before anybody reads the result. JSON is
 * tried first: it is much faster.
 */
export function parseDocument(
  source: string | Uint8Array | object,
  name: string,
  faults: FaultList,
): ParsedDocument {
  const decoded = documentText(source, name)
  if ('fault' in decoded) {
    faults.add(decoded.fault)
    return { root: undefined, linesOf: () => new Map() }
  }
  const input = { text: decoded.text, name, faults }
  const looksLikeJson = /^\s*[{[]/.test(decoded.text)
  const json = looksLikeJson ? jsonDocument(input) : undefined
  const hasLines = typeof source === 'string' || source instanceof Uint8Array
  const parsed = json ?? (/\.json$/i.test(name) ? addJsonFault(input) : yamlDocument(input))
  return hasLines ? parsed : { ...parsed, linesOf: () => new Map() }
}
