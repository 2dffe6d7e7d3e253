import type { ExcludedOperation, OpenApiOperation } from '../openapi/operation.js'
import type { OpenApiDocument, OpenApiReading } from '../openapi/reading.js'
import { inWordsOf, type CalledOptions } from './called-options.js'
import { callable, type CallableOperation, type KeyHeader } from './make-tool.js'
import type { ExcludedFromTools } from './openapi-tools.js'
import { notSelected, type NotSelected, type Selection } from './selection.js'
import { assertOwnServers } from './server-check.js'
import { ToolFault } from './tool-fault.js'

/** The operations of a document, divided. */
export interface ChosenOperations {
  readonly callables: readonly CallableOperation[]
  /** Selected, and not looked at any more: there are more than `maxTools` without them. */
  readonly beyond: readonly OpenApiOperation[]
  /** Sorted by path and method. */
  readonly excluded: readonly ExcludedFromTools[]
}

/** What decides about operations. */
export interface ChoosingOptions {
  readonly document: OpenApiDocument
  readonly selection: Selection
  readonly called: CalledOptions
  readonly baseUrl: URL | undefined
  /** The header that is taken for that of a key of idempotency; `undefined`: none is. */
  readonly keyHeader: KeyHeader | undefined
  /** Planning takes milliseconds for each, and ends where more can be called. */
  readonly maxTools: number
}

/** Divides the operations of a document into those that can be called as tools, and those that are left out, with reasons. */
export function chooseOperations(
  reading: OpenApiReading,
  options: ChoosingOptions,
): ChosenOperations {
  const callables: CallableOperation[] = []
  const beyond: OpenApiOperation[] = []
  const excluded: ExcludedFromTools[] = []
  for (const one of reading.operations) {
    if (callables.length > options.maxTools && isPlainlySelected(one, options)) {
      beyond.push(one)
      continue
    }
    const made = callableOrWhy(one, options)
    if ('reason' in made) excluded.push(made)
    else callables.push(made)
  }
  for (const one of reading.excluded) {
    const why = notSelected(asWritten(one), options.selection)
    excluded.push(why === undefined ? unreadable(one, options.called) : leftOut(one, why))
  }
  return { callables, beyond, excluded: inOrder(excluded) }
}

/** An extension of a wrong form may have been meant to say that the operation is a tool: that it does not count is told. */
function asWritten(operation: ExcludedOperation): ExcludedOperation {
  return operation.code === 'extension' ? { ...operation, enabled: true } : operation
}

/** Selected, and without fixed values: whether those fit shows in the plan alone. */
function isPlainlySelected(operation: OpenApiOperation, { selection }: ChoosingOptions): boolean {
  return (
    notSelected(operation, selection) === undefined &&
    selection.curation.of(operation)?.fixed === undefined
  )
}

function callableOrWhy(
  operation: OpenApiOperation,
  { document, selection, baseUrl, keyHeader }: ChoosingOptions,
): CallableOperation | ExcludedFromTools {
  const why = notSelected(operation, selection)
  if (why !== undefined) return leftOut(operation, why)
  try {
    assertOwnServers(operation, document, baseUrl)
    const curated = selection.curation.of(operation) ?? {}
    return callable(document, operation, { curated, keyHeader })
  } catch (error) {
    if (!(error instanceof ToolFault)) throw error
    const line = document.lineOf(error.why.pointer) ?? operation.line
    return { ...identity(operation), ...error.why, line }
  }
}

/** By path and method: the same for a document whose operations change places. */
function inOrder(excluded: readonly ExcludedFromTools[]): readonly ExcludedFromTools[] {
  const key = ({ path, method }: ExcludedFromTools): string => `${path} ${method}`
  return [...excluded].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function identity({ method, path, operationId }: OpenApiOperation | ExcludedOperation) {
  return { method, path, operationId }
}

function leftOut(
  operation: OpenApiOperation | ExcludedOperation,
  why: NotSelected,
): ExcludedFromTools {
  const { pointer, line } = operation
  return { ...identity(operation), ...why, pointer, line }
}

function unreadable(operation: ExcludedOperation, called: CalledOptions): ExcludedFromTools {
  const { code, kind, faultPointer, faultLine, reason, cure } = operation
  const place = { pointer: faultPointer, line: faultLine }
  return inWordsOf(called, { ...identity(operation), code, kind, ...place, reason, cure })
}
