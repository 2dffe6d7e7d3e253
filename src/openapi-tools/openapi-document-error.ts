import type { OpenApiToolsFault } from './openapi-tools.js'

/**
 * The document, or what was said about it, cannot be used. The message names every fault with its place and its cure.
 *
 * @category Start here
 */
export class OpenApiDocumentError extends Error {
  override readonly name = 'OpenApiDocumentError'
  /** Faults and warnings, by position in the document. */
  readonly faults: readonly OpenApiToolsFault[]

  constructor(documentName: string, faults: readonly OpenApiToolsFault[]) {
    const lines = faults
      .filter(({ severity }) => severity === 'fault')
      .map((fault) => `  - ${faultText(documentName, fault)}`)
    super(`${documentName} cannot be used:\n${lines.join('\n')}`)
    this.faults = faults
  }
}

/** A fault as one line: what, where, and what to change. */
export function faultText(
  documentName: string,
  { message, cure, pointer, line, source }: OpenApiToolsFault,
): string {
  const place =
    line === undefined
      ? `${source === undefined ? '' : `${source}, `}${pointer}`
      : `${source ?? documentName}:${line}, ${pointer}`
  return `${message}. ${cure}. (${place})`
}
