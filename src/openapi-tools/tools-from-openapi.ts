import { assertOptions } from '../options/assert-options.js'
import { deepFreeze } from '../options/deep-freeze.js'
import type { ExcludedOperation, OpenApiOperation } from '../openapi/operation.js'
import { readOpenApi } from '../openapi/read-openapi.js'
import type { OpenApiDocument, OpenApiReading } from '../openapi/reading.js'
import { operationAlternatives } from './alternatives.js'
import { createCuration, type Curation } from './curation.js'
import { fixedValueFaults } from './fixed-values.js'
import { callable, makeTool, type CallableOperation } from './make-tool.js'
import { toolNames } from './names.js'
import { OpenApiDocumentError } from './openapi-document-error.js'
import type { ExcludedFromTools, OpenApiTools, OpenApiToolsFault } from './openapi-tools.js'
import {
  OPENAPI_TOOLS_DEFAULTS,
  type OptionNames,
  type ToolsFromOpenApiOptions,
} from './options.js'
import { TOOLS_FROM_OPENAPI_SCHEMA } from './options-schema.js'
import { openApiReport } from './report.js'
import { parseSelection } from './selection-rules.js'
import { notSelected, unusedRules, type NotSelected, type Selection } from './selection.js'
import { assertOwnServers, serverFaults } from './server-check.js'
import { ToolFault } from './tool-fault.js'

/**
 * Makes the operations of an OpenAPI document (3.0 to 3.2) into tools that call the API as the signed-in user.
 *
 * `document` is the text in JSON or YAML, its bytes, or an object that was parsed elsewhere and has no line numbers. Nothing
 * is fetched, and nothing of the document decides where a call goes. An operation that cannot be a tool is in `excluded`,
 * with the reason.
 *
 * Throws an `OpenApiDocumentError` that names all faults of a document that cannot be used, and a `TypeError` for unusable
 * options.
 *
 * @category Start here
 * @example
 * const { tools, excluded } = toolsFromOpenApi(await readFile('openapi.yaml'), {
 *   api: 'api',
 *   name: 'openapi.yaml',
 *   operations: 'tag:bookings',
 * })
 * const { protect } = onBehalfOf({ ...options, tools })
 */
export function toolsFromOpenApi(
  document: string | Uint8Array | object,
  options: ToolsFromOpenApiOptions,
): OpenApiTools {
  assertOptions('toolsFromOpenApi', TOOLS_FROM_OPENAPI_SCHEMA, options)
  const called = calledOptions(options)
  const curation = createCuration(options.curation ?? {}, called.curation)
  const name = options.name ?? OPENAPI_TOOLS_DEFAULTS.name
  const reading = readOpenApi(document, {
    name,
    schemes: options.schemes,
    optional: options.optionalSecurity,
    missing: options.scopesMissing,
    scopesOf: (operation) => curation.of(operation)?.scopes,
  })
  const read = reading.faults.map((fault) => inWordsOf(called, fault))
  if (reading.document === undefined) throw new OpenApiDocumentError(name, read)
  const making = { reading, document: reading.document, curation, called, options }
  const { tools, excluded, faults, report } = makeTools(making)
  const all = [...read, ...faults]
  if (all.some(({ severity }) => severity === 'fault')) throw new OpenApiDocumentError(name, all)
  return { tools, excluded, faults: deepFreeze(all), report }
}

interface Making {
  readonly reading: OpenApiReading
  readonly document: OpenApiDocument
  readonly curation: Curation
  readonly called: Required<CalledOptions>
  readonly options: ToolsFromOpenApiOptions
}

function makeTools({ reading, document, curation, called, options }: Making): OpenApiTools {
  const heads = [...reading.operations, ...reading.excluded]
  const parsed = parseSelection(options.operations ?? OPENAPI_TOOLS_DEFAULTS.operations)
  const rules = 'rules' in parsed ? parsed.rules : []
  const selection: Selection = { rules, curation, called: called.operations }
  const excluded = new Map<string, ExcludedFromTools>()
  for (const one of reading.excluded) {
    const why = notSelected(one, selection)
    excluded.set(one.pointer, why === undefined ? unreadable(one, called) : leftOut(one, why))
  }
  const selected = reading.operations.filter((one) => {
    const why = notSelected(one, selection)
    if (why !== undefined) excluded.set(one.pointer, leftOut(one, why))
    return why === undefined
  })
  const callables = selected.flatMap((one): CallableOperation[] => {
    try {
      assertOwnServers(one, document, options.baseUrl)
      return [callable(document, one, curation.of(one) ?? {})]
    } catch (error) {
      if (!(error instanceof ToolFault)) throw error
      const line = document.lineOf(error.why.pointer) ?? one.line
      excluded.set(one.pointer, { ...identity(one), ...error.why, line })
      return []
    }
  })
  const named = toolNames(
    callables.map(({ operation }) => operation),
    {
      given: (one) => curation.of(one)?.name ?? one.curation.name,
      reserved: options.reservedNames ?? [],
    },
  )
  const needs = operationAlternatives(
    callables.map(({ operation }) => operation),
    {
      serverScopes: options.serverScopes ?? OPENAPI_TOOLS_DEFAULTS.serverScopes,
      given: (one) => curation.of(one)?.serverScopes ?? one.curation.serverScopes,
      called: called.serverScopes,
    },
  )
  const made = callables
    .map((one) =>
      makeTool(one, {
        name: named.of(one.operation),
        api: options.api,
        answerBytes: options.answerBytes ?? OPENAPI_TOOLS_DEFAULTS.answerBytes,
        alternatives: needs.of(one.operation),
      }),
    )
    .sort((a, b) => (a.tool.name < b.tool.name ? -1 : 1))
  const listed = heads.flatMap(({ pointer }) => excluded.get(pointer) ?? [])
  const faults: readonly OpenApiToolsFault[] = [
    ...unusedRules(heads, selection),
    ...curation.faults(heads),
    ...callables.flatMap(fixedValueFaults),
    ...serverFaults(document, options.baseUrl, called.baseUrl),
    ...named.faults,
    ...needs.faults,
    ...countFaults(made.length, called, options),
  ]
  return {
    tools: made.map(({ tool }) => tool),
    excluded: listed,
    faults,
    report: deepFreeze(openApiReport(document, made, listed)),
  }
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

type CalledOptions = Required<{ readonly [Name in keyof OptionNames]: string }>

function calledOptions({ optionNames = {} }: ToolsFromOpenApiOptions): CalledOptions {
  return {
    operations: optionNames.operations ?? 'operations',
    curation: optionNames.curation ?? 'curation',
    serverScopes: optionNames.serverScopes ?? 'serverScopes',
    scopesMissing: optionNames.scopesMissing ?? 'scopesMissing',
    baseUrl: optionNames.baseUrl ?? 'baseUrl',
    maxTools: optionNames.maxTools ?? 'maxTools',
  }
}

/** Where scopes are missing, the reader of documents names the setting of the standalone server. */
function inWordsOf<T extends { readonly code: string; readonly cure: string }>(
  { scopesMissing }: CalledOptions,
  fault: T,
): T {
  if (fault.code !== 'security_missing' || scopesMissing !== 'scopesMissing') return fault
  const cure =
    "Give scopesMissing: { read: ['read:api'], write: ['write:api'] }, or 'none' if a sign-in is enough"
  return { ...fault, cure }
}

function countFaults(
  count: number,
  called: CalledOptions,
  { maxTools = OPENAPI_TOOLS_DEFAULTS.maxTools }: ToolsFromOpenApiOptions,
): readonly OpenApiToolsFault[] {
  const fault = { pointer: '#', line: undefined } as const
  if (count === 0) {
    const message = 'No operation becomes a tool'
    const cure = 'See why each is left out, and correct the document or the rules'
    return [{ ...fault, code: 'no_tools', severity: 'warning', message, cure }]
  }
  if (count <= maxTools) return []
  const message = `${count} operations would become tools, more than ${maxTools}: models choose badly among so many`
  const cure = `Select fewer with ${called.operations}, such as "tag:NAME" or "GET /path/**", or raise ${called.maxTools}`
  return [{ ...fault, code: 'too_many', severity: 'fault', message, cure }]
}
