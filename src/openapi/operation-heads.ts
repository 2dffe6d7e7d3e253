import { isInternal, readExtensions, type ReadExtensions } from './extensions.js'
import { isList, isObject, member, textMember, type Json } from './json.js'
import { flagMember } from './media-types.js'
import { OperationFault } from './operation-fault.js'
import type { OperationHead } from './operation.js'
import { pointerTo } from './pointer.js'
import type { ReadingContext } from './reading-context.js'
import type { Place } from './references.js'
import { shown } from './shown.js'

/** An operation that was found in the document, before it is read. */
export interface FoundOperation {
  readonly head: OperationHead
  readonly path: Place
  readonly operation: Place
  /** `undefined` if they are wrong: `fault` says so. */
  readonly extensions: ReadExtensions | undefined
  readonly fault: OperationFault | undefined
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** Finds all operations under `paths`, in the document's order. A path that leads nowhere is a fault of the document. */
export function findOperations(context: ReadingContext): readonly FoundOperation[] {
  checkRootExtension(context)
  const paths = member(context.root, 'paths')
  if (paths === undefined && context.version !== '3.0') return []
  if (!isObject(paths)) {
    addStructureFault(context, '#/paths', 'paths is not an object')
    return []
  }
  return Object.keys(paths)
    .filter((path) => !path.startsWith('x-'))
    .flatMap((path) => {
      const pointer = pointerTo('#/paths', path)
      const items = pathItems(context, { value: member(paths, path) ?? null, pointer })
      const found = items.flatMap((item) => operationsOf(context, item, path))
      const methods = found.map(({ head }) => head.method)
      return found.filter(({ head }, index) => methods.indexOf(head.method) === index)
    })
}

/** A path item, and the one that it refers to. */
function pathItems(context: ReadingContext, item: Place): readonly Place[] {
  if (!isObject(item.value)) {
    addStructureFault(context, item.pointer, 'A path is not an object')
    return []
  }
  const followed = context.references.follow(item)
  if ('broken' in followed) {
    const { reason, cure, pointer } = followed.broken
    context.faults.add({ code: 'reference', severity: 'fault', pointer, message: reason, cure })
    return [item]
  }
  return followed.value === item.value ? [item] : [item, followed]
}

function operationsOf(
  context: ReadingContext,
  item: Place,
  path: string,
): readonly FoundOperation[] {
  const { version } = context
  const methods = version === '3.2' ? [...METHODS, 'query'] : METHODS
  const fixed = isObject(item.value)
    ? Object.keys(item.value).filter((key) => methods.includes(key))
    : []
  const found = fixed.map((key) =>
    findOperation(context, { item, path, method: key.toUpperCase(), at: [key] }),
  )
  const more = version === '3.2' ? member(item.value, 'additionalOperations') : undefined
  const own = isObject(more) ? Object.keys(more) : []
  return [
    ...found,
    ...own.map((method) =>
      findOperation(context, { item, path, method, at: ['additionalOperations', method] }),
    ),
  ]
}

interface Spot {
  readonly item: Place
  readonly path: string
  readonly method: string
  /** From the path item to the operation. */
  readonly at: readonly string[]
}

function findOperation(context: ReadingContext, { item, path, method, at }: Spot): FoundOperation {
  const value = at.reduce<Json | undefined>((inside, key) => member(inside, key), item.value)
  const operation = { value: value ?? null, pointer: pointerTo(item.pointer, ...at) }
  const { extensions, internal, fault } = tried(context, item, operation)
  const tags = member(operation.value, 'tags')
  const operationId = textMember(operation.value, 'operationId')
  const head: OperationHead = {
    method,
    path,
    operationId: operationId === '' ? undefined : operationId,
    tags: isList(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    deprecated: flagMember(operation.value, 'deprecated') ?? false,
    internal,
    enabled: extensions?.enabled,
    pointer: operation.pointer,
    line: undefined,
  }
  return { head, path: item, operation, extensions, fault }
}

function tried(context: ReadingContext, item: Place, operation: Place) {
  const internal = faultOr(() => isInternal(item, operation))
  const extensions = faultOr(() => readExtensions(context.root, item, operation))
  const faults = [internal, extensions].filter((one) => one instanceof OperationFault)
  return {
    extensions: faults.length > 0 || extensions instanceof OperationFault ? undefined : extensions,
    // A wrong value is told: nobody is to think that the operation was left out on purpose.
    internal: internal === true,
    fault: faults[0],
  }
}

function faultOr<T>(read: () => T): T | OperationFault {
  try {
    return read()
  } catch (error) {
    if (error instanceof OperationFault) return error
    throw error
  }
}

/** At the root, true and false say whether operations are tools; an object describes a server of MCP, and is not ours. */
function checkRootExtension({ root, faults }: ReadingContext): void {
  const whole = member(root, 'x-mcp')
  if (whole === undefined || typeof whole === 'boolean' || isObject(whole)) return
  const message = 'x-mcp is not true, false or an object'
  const cure = 'Make it true or false, or remove it'
  faults.add({ code: 'extension', severity: 'fault', pointer: '#/x-mcp', message, cure })
}

function addStructureFault({ faults }: ReadingContext, pointer: string, message: string): void {
  faults.add({
    code: 'structure',
    severity: 'fault',
    pointer,
    message: shown(message),
    cure: 'Make it an object',
  })
}
