import { hash } from 'node:crypto'
import type { OpenApiConfig } from '../config/api-config.js'
import { documentName } from '../config/apis-config.js'
import type { ConfigIssue } from '../config/config-error.js'
import type { OpenApiOverlay } from '../openapi/overlays/overlay.js'
import { readDocument, UnreadDocumentError, type ReadDocumentOptions } from './read-document.js'

/** The overlays of a document, or why they cannot be had. */
export interface ReadOverlays {
  readonly overlays: readonly (OpenApiOverlay & { readonly document: Uint8Array })[]
  readonly issues: readonly ConfigIssue[]
}

/** Reads the overlays of a document from their files and URLs, in their order. */
export async function readOverlays(
  { overlays = [], optionNames }: Pick<OpenApiConfig, 'overlays' | 'optionNames'>,
  options: ReadDocumentOptions,
): Promise<ReadOverlays> {
  const read: ReadOverlays['overlays'][number][] = []
  const issues: ConfigIssue[] = []
  for (const location of overlays) {
    const name = documentName(location)
    try {
      read.push({ name, document: await readDocument(location, options) })
    } catch (error) {
      if (!(error instanceof UnreadDocumentError)) throw error
      const key = `${optionNames?.overlays ?? 'overlays'} (${name})`
      issues.push({ key, hint: `names an overlay that ${error.message}` })
    }
  }
  return { overlays: read, issues }
}

/** Of a document and all that is applied to it, in hexadecimal digits; without overlays that of its bytes. */
export function documentSha256(source: Uint8Array, overlays: ReadOverlays['overlays']): string {
  const own = hash('sha256', source)
  if (overlays.length === 0) return own
  const all = [own, ...overlays.map(({ document }) => hash('sha256', document))]
  // Of one length each, so no other list of documents gives the same text.
  return hash('sha256', all.join('\n'))
}
