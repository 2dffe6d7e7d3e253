import { readRequestBody, readResponses } from './bodies.js'
import { isObject, member, textMember } from './json.js'
import { findOperations, type FoundOperation } from './operation-heads.js'
import { OperationFault, wrongForm } from './operation-fault.js'
import { operationSecurity } from './operation-security.js'
import type { ExcludedOperation, OpenApiOperation, OperationServers } from './operation.js'
import { readParameters } from './parameters.js'
import { templateNames, templateShape } from './path-template.js'
import type { ReadingContext } from './reading-context.js'
import { assertScope } from './security.js'
import type { SecuritySchemes } from './security-schemes.js'
import type { SecurityOptions } from './security-types.js'
import { readServers } from './servers.js'
import { shown } from './shown.js'

export interface ReadOperations {
  readonly operations: readonly OpenApiOperation[]
  readonly excluded: readonly ExcludedOperation[]
}

interface OperationsContext extends ReadingContext {
  readonly schemes: SecuritySchemes
}

/** Reads all operations under `paths`. One that cannot be read is left out with its reason, and does not concern the others. */
export function readOperations(
  context: OperationsContext,
  options: SecurityOptions,
): ReadOperations {
  const found = findOperations(context)
  const twins = findTwins(found)
  const operations: OpenApiOperation[] = []
  const excluded: ExcludedOperation[] = []
  for (const one of found) {
    try {
      assertAlone(one, twins)
      operations.push(readOperation(context, one, options))
    } catch (error) {
      if (!(error instanceof OperationFault)) throw error
      const { pointer, ...exclusion } = error.exclusion
      excluded.push({ ...one.head, ...exclusion, faultPointer: pointer, faultLine: undefined })
    }
  }
  return { operations, excluded }
}

function readOperation(
  context: OperationsContext,
  found: FoundOperation,
  options: SecurityOptions,
): OpenApiOperation {
  const { head, path, operation, extensions } = found
  if (!isObject(operation.value)) throw wrongForm(head.pointer, 'The operation', 'an object')
  if (extensions === undefined) throw found.fault ?? wrongForm(head.pointer, 'It', 'readable')
  assertMethod(found)
  const names = templateNames(head.path, path.pointer)
  const parameters = readParameters(context, { path, operation }, names)
  const requestBody = readRequestBody(context, operation, head.method)
  const { scopes: curated, curation } = extensions
  for (const scope of curation.serverScopes ?? []) {
    assertScope(scope, head.pointer, 'x-mcp.serverScopes')
  }
  return {
    ...head,
    summary: textMember(operation.value, 'summary') ?? textMember(path.value, 'summary'),
    description:
      textMember(operation.value, 'description') ?? textMember(path.value, 'description'),
    parameters,
    requestBody,
    responses: readResponses(context, operation),
    servers: effectiveServers(context, found),
    security: operationSecurity(context, { head, operation, curated }, options),
    curation,
  }
}

function effectiveServers(
  { root }: ReadingContext,
  { path, operation }: FoundOperation,
): OperationServers {
  const own = readServers(operation)
  if (own !== undefined) return { level: 'operation', servers: own }
  const shared = readServers(path)
  if (shared !== undefined) return { level: 'path', servers: shared }
  const whole = readServers({ value: root, pointer: '#' })
  if (whole !== undefined) return { level: 'document', servers: whole }
  return { level: 'default', servers: [{ url: '/', description: undefined, pointer: '#' }] }
}

// RFC 9110 §5.6.2 `token`.
const METHOD = /^[\w!#$%&'*+.^`|~-]{1,40}$/
/** `fetch` forbids the first two; the others have members of their own in a path. */
const FORBIDDEN = /^(?:trace|connect|track)$/i
const FIXED = /^(?:get|put|post|delete|options|head|patch|query)$/i

function assertMethod({ head, operation }: FoundOperation): void {
  const { method, pointer } = head
  const additional = /\/additionalOperations\/[^/]*$/.test(operation.pointer)
  if (FORBIDDEN.test(method)) {
    const reason = `HTTP clients do not send ${shown(method)}`
    const cure = 'Leave it out'
    throw new OperationFault({ code: 'method', kind: 'unsupported', pointer, reason, cure })
  }
  if (!METHOD.test(method) || (additional && FIXED.test(method))) {
    const reason = `${shown(method)} cannot stand in additionalOperations`
    const cure = 'Write another method, or put the operation beside it'
    throw new OperationFault({ code: 'method', pointer, reason, cure })
  }
}

/** Operations that cannot be told apart. */
interface Twins {
  readonly byId: ReadonlyMap<string, readonly FoundOperation[]>
  readonly byShape: ReadonlyMap<string, readonly FoundOperation[]>
}

function findTwins(found: readonly FoundOperation[]): Twins {
  const byId = new Map<string, FoundOperation[]>()
  const byShape = new Map<string, FoundOperation[]>()
  for (const one of found) {
    const { operationId } = one.head
    if (operationId !== undefined) put(byId, operationId, one)
    put(byShape, shapeOf(one), one)
  }
  return { byId, byShape }
}

function put(map: Map<string, FoundOperation[]>, key: string, value: FoundOperation): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function shapeOf({ head }: FoundOperation): string {
  return `${head.method} ${templateShape(head.path)}`
}

/** Refuses all of those that cannot be told apart: which one is meant, nobody knows. */
function assertAlone(one: FoundOperation, { byId, byShape }: Twins): void {
  const { pointer, operationId = '', path } = one.head
  const shaped = byShape.get(shapeOf(one))?.find((other) => other !== one)
  if (shaped !== undefined) {
    const reason = `${shown(path)} and ${shown(shaped.head.path)} differ in the names of their parameters only`
    throw new OperationFault({ code: 'path', pointer, reason, cure: 'Join them into one path' })
  }
  const named = byId.get(operationId)?.find((other) => other !== one)
  if (named === undefined) return
  const { method } = named.head
  throw new OperationFault({
    code: 'duplicate_operation_id',
    pointer:
      member(one.operation.value, 'operationId') === undefined ? pointer : `${pointer}/operationId`,
    reason: `${method} ${shown(named.head.path)} has the operationId ${shown(operationId)} too`,
    cure: 'Give each operation an operationId of its own',
  })
}
