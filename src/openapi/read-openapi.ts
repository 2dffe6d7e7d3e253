import { deepFreeze } from '../options/deep-freeze.js'
import { brokenReferences } from './broken-references.js'
import { createConvertSource } from './converted-sources.js'
import { readInfo, readVersion } from './document-info.js'
import { parseDocument } from './document.js'
import { FaultList, inOrder } from './fault-list.js'
import { toInputSchemas } from './input-schemas.js'
import { DOCUMENT_LIMITS } from './limits.js'
import { SECURITY_MISSING_CURE } from './operation-security.js'
import { readOperations, type ReadOperations } from './operations.js'
import type { ParsedDocument } from './parsed-document.js'
import type { ReadingContext } from './reading-context.js'
import type { OpenApiDocument, OpenApiReading, ReadOpenApiOptions } from './reading.js'
import { applyOverlays } from './overlays/apply-overlays.js'
import { createReferences } from './references.js'
import { readSecuritySchemes } from './security-schemes.js'
import { shown } from './shown.js'

/**
 * Reads an OpenAPI document, 3.0 to 3.2, in JSON or YAML: its operations, those that are left out with the reasons, and
 * everything that is wrong with it, at once.
 *
 * `source` is the text, its bytes, or an object that was parsed elsewhere and has no line numbers. Bounded in size, depth
 * and number of values (`DOCUMENT_LIMITS`). Nothing is fetched: references lead into the document or are broken. Never
 * throws for what a document says. It is not validated as a whole: what no tool needs may have any form.
 */
export function readOpenApi(
  source: string | Uint8Array | object,
  options: ReadOpenApiOptions,
): OpenApiReading {
  const faults = new FaultList()
  const name = shown(options.name)
  const parsed = overlaid(parseDocument(source, name, faults), options, faults)
  const { root } = parsed
  const version = root === undefined ? undefined : readVersion(root, name, faults)
  if (root === undefined || version === undefined) {
    if (faults.drafts.length === 0) faults.add(noDocument(name))
    const told = inOrder(faults.drafts, parsed.linesOf, parsed.placeOf)
    return { document: undefined, operations: [], excluded: [], faults: told }
  }
  const references = createReferences(root, name)
  return readParts({ root, name, version, references, faults }, parsed, options)
}

function overlaid(
  parsed: ParsedDocument,
  { overlays = [] }: ReadOpenApiOptions,
  faults: FaultList,
): ParsedDocument {
  const { root } = parsed
  if (root === undefined || overlays.length === 0) return parsed
  return applyOverlays({ ...parsed, root }, overlays, faults)
}

function readParts(
  context: ReadingContext,
  { linesOf, placeOf }: ParsedDocument,
  options: ReadOpenApiOptions,
): OpenApiReading {
  const { root, name, version, references, faults } = context
  const schemes = readSecuritySchemes(context, options)
  const read = withLines(readOperations({ ...context, schemes }, options), linesOf)
  const convert = createConvertSource({ references, version })
  const document: OpenApiDocument = {
    name,
    version,
    ...readInfo(root, faults),
    securitySchemes: schemes.all,
    toInputSchemas: (sources, how) => toInputSchemas(convert, sources, how),
    follow: (source) => {
      const followed = references.follow(source)
      return 'broken' in followed ? undefined : followed
    },
    lineOf: (pointer) => linesOf([pointer]).get(pointer),
  }
  addMissingSecurity(faults, read)
  addBrokenReferences(context, read)
  return { document, ...read, faults: deepFreeze([...inOrder(faults.drafts, linesOf, placeOf)]) }
}

function withLines(
  { operations, excluded }: ReadOperations,
  linesOf: ParsedDocument['linesOf'],
): ReadOperations {
  const lines = linesOf([
    ...operations.map(({ pointer }) => pointer),
    ...excluded.flatMap(({ pointer, faultPointer }) => [pointer, faultPointer]),
  ])
  return {
    operations: operations.map((one) => ({ ...one, line: lines.get(one.pointer) })),
    excluded: excluded.map((one) => {
      const line = lines.get(one.pointer)
      return { ...one, line, faultLine: lines.get(one.faultPointer) ?? line }
    }),
  }
}

/** One fault for the document, where it would be the same for each operation. */
function addMissingSecurity(faults: FaultList, { operations, excluded }: ReadOperations): void {
  if (operations.length > 0 || !excluded.some(({ code }) => code === 'security_missing')) return
  const message = 'No operation says which scopes it needs, and the document has no security'
  const cure = SECURITY_MISSING_CURE
  faults.add({ code: 'security_missing', severity: 'fault', pointer: '#', message, cure })
}

/** Those that an operation is left out for are told there. */
function addBrokenReferences(
  { root, references, faults }: ReadingContext,
  { excluded }: ReadOperations,
): void {
  const told = new Set(excluded.map(({ faultPointer }) => faultPointer))
  const most = DOCUMENT_LIMITS.faults * 10
  for (const { pointer, reason, cure } of brokenReferences(root, references, most)) {
    if (told.has(pointer)) continue
    faults.add({ code: 'reference', severity: 'warning', pointer, message: reason, cure })
  }
}

function noDocument(name: string) {
  const message = `${name} is no OpenAPI document: it is not an object`
  const cure = 'Give the OpenAPI document of the API'
  return { code: 'version', severity: 'fault', pointer: '#', message, cure } as const
}
