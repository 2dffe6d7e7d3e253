import { assertOptions } from '../options/assert-options.js'
import { deepFreeze } from '../options/deep-freeze.js'
import { readOpenApi } from '../openapi/read-openapi.js'
import type { OpenApiOperation } from '../openapi/operation.js'
import type { OpenApiDocument, OpenApiReading } from '../openapi/reading.js'
import { operationAlternatives } from './alternatives.js'
import { calledOptions, inWordsOf, type CalledOptions } from './called-options.js'
import { chooseOperations } from './choose-operations.js'
import { createCuration, type Curation } from './curation.js'
import { exposedTools } from './exposed-tools.js'
import { fixedValueFaults } from './fixed-values.js'
import { createIdempotentCalls } from './idempotent-calls.js'
import { idempotencyFaults, keyHeaderOf } from './idempotency-header.js'
import { makeTool, type CallableOperation, type MadeTool } from './make-tool.js'
import { toolNames } from './names.js'
import { OpenApiDocumentError } from './openapi-document-error.js'
import type { OpenApiTools, OpenApiToolsFault } from './openapi-tools.js'
import {
  MAX_CONVERTED,
  maxToolsOf,
  OPENAPI_TOOLS_DEFAULTS,
  type ToolsFromOpenApiOptions,
} from './options.js'
import { TOOLS_FROM_OPENAPI_SCHEMA } from './options-schema.js'
import { openApiReport } from './report.js'
import { createRetryIds } from './retry-ids.js'
import { parseSelection } from './selection-rules.js'
import { SEARCH_TOOL_NAMES } from './search-tool-names.js'
import { notSelected, unusedRules, type Selection } from './selection.js'
import { serverFaults } from './server-check.js'

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
    overlays: options.overlays,
    schemes: options.schemes,
    optional: options.optionalSecurity,
    missing: options.scopesMissing,
    scopesOf: (operation) => curation.of(operation)?.scopes,
  })
  const read = reading.faults.map((fault) => inWordsOf(called, fault))
  if (reading.document === undefined) throw new OpenApiDocumentError(name, read)
  const making = { reading, document: reading.document, curation, called, options }
  assertWithinReach(making)
  const { faults, ...made } = makeTools(making)
  const all = [...read, ...faults]
  if (all.some(({ severity }) => severity === 'fault')) throw new OpenApiDocumentError(name, all)
  return { ...made, faults: deepFreeze(all) }
}

interface Making {
  readonly reading: OpenApiReading
  readonly document: OpenApiDocument
  readonly curation: Curation
  readonly called: CalledOptions
  readonly options: ToolsFromOpenApiOptions
}

/** Throws an `OpenApiDocumentError` before the work of many seconds for a document that would be refused in any case. */
function assertWithinReach({ reading, document, curation, called, options }: Making): void {
  const selection = selectionOf({ curation, called, options })
  const isSelected = (one: OpenApiOperation): boolean => notSelected(one, selection) === undefined
  const count = reading.operations.filter(isSelected).length
  const counted = { made: 0, unplanned: count }
  const faults = count > MAX_CONVERTED ? countFaults(counted, called, options) : []
  if (faults.length > 0) throw new OpenApiDocumentError(document.name, faults)
}

function selectionOf({
  curation,
  called,
  options: { operations = OPENAPI_TOOLS_DEFAULTS.operations },
}: Pick<Making, 'curation' | 'called' | 'options'>): Selection {
  const parsed = parseSelection(operations)
  return {
    rules: 'rules' in parsed ? parsed.rules : [],
    curation,
    called: called.operations,
  }
}

function makeTools({ reading, document, curation, called, options }: Making): OpenApiTools {
  const { baseUrl } = options
  const maxTools = maxToolsOf(options)
  const selection = selectionOf({ curation, called, options })
  const { callables, beyond, excluded } = chooseOperations(reading, {
    ...{ document, selection, called, baseUrl, maxTools },
    keyHeader: keyHeaderOf(options.idempotency),
  })
  const { made, faults } = namedTools(callables, beyond, { curation, called, options })
  const exposed = exposedTools(document, made, options.expose)
  const heads = [...reading.operations, ...reading.excluded]
  return {
    tools: exposed.tools,
    searchTools: exposed.searchTools,
    fixedValues: Object.fromEntries(made.map(({ tool, fixed }) => [tool.name, fixed])),
    excluded,
    faults: [
      ...unusedRules(heads, selection),
      ...curation.faults(heads),
      ...callables.flatMap(fixedValueFaults),
      ...serverFaults(document, baseUrl, called.baseUrl),
      ...idempotencyFaults(options.idempotency, callables, called),
      ...faults,
      ...countFaults({ made: made.length, unplanned: beyond.length }, called, options),
    ],
    report: deepFreeze(openApiReport(document, made, { ...exposed, excluded })),
  }
}

/** Gives each operation its name and what it needs, which depend on all of them. Sorted by name. */
function namedTools(
  callables: readonly CallableOperation[],
  beyond: readonly OpenApiOperation[],
  { curation, called, options }: Pick<Making, 'curation' | 'called' | 'options'>,
): { readonly made: readonly MadeTool[]; readonly faults: readonly OpenApiToolsFault[] } {
  const { answerBytes = OPENAPI_TOOLS_DEFAULTS.answerBytes, reservedNames = [] } = options
  const { api, confirm = OPENAPI_TOOLS_DEFAULTS.confirm } = options
  const { expose = OPENAPI_TOOLS_DEFAULTS.expose } = options
  const operations = [...callables.map(({ operation }) => operation), ...beyond]
  const names = toolNames(operations, {
    given: (one) => curation.of(one)?.name ?? one.curation.name,
    reserved: [...reservedNames, ...(expose === 'tools' ? [] : SEARCH_TOOL_NAMES)],
  })
  const needs = operationAlternatives(operations, {
    serverScopes: options.serverScopes ?? OPENAPI_TOOLS_DEFAULTS.serverScopes,
    given: (one) => curation.of(one)?.serverScopes ?? one.curation.serverScopes,
    called: called.serverScopes,
  })
  const calls = createIdempotentCalls({ retryIds: createRetryIds({ keys: options.retryKeys }) })
  const made = callables.map((one) => {
    const name = names.of(one.operation)
    const alternatives = needs.of(one.operation)
    return makeTool(one, { name, api, answerBytes, alternatives, confirm, calls })
  })
  return {
    made: made.sort((a, b) => (a.tool.name < b.tool.name ? -1 : 1)),
    faults: [...names.faults, ...needs.faults],
  }
}

function otherWays({ maxTools, expose }: CalledOptions, options: ToolsFromOpenApiOptions): string {
  return options.expose === 'search'
    ? `or raise ${maxTools}`
    : `raise ${maxTools}, or let models find operations by words: ${expose} search`
}

/** Of operations that were not planned, some may turn out not to be callable. */
function countFaults(
  { made, unplanned }: { readonly made: number; readonly unplanned: number },
  called: CalledOptions,
  options: ToolsFromOpenApiOptions,
): readonly OpenApiToolsFault[] {
  const maxTools = maxToolsOf(options)
  const fault = { pointer: '#', line: undefined } as const
  const count = made + unplanned
  if (count === 0) {
    const message = 'No operation becomes a tool'
    const cure = 'See why each is left out, and correct the document or the rules'
    return [{ ...fault, code: 'no_tools', severity: 'warning', message, cure }]
  }
  if (count <= maxTools) return []
  const message = `${unplanned === 0 ? '' : 'Up to '}${count} operations would become tools, more than ${maxTools}: models choose badly among so many`
  const cure = `Select fewer with ${called.operations}, such as "tag:NAME" or "GET /path/**", ${otherWays(called, options)}`
  return [{ ...fault, code: 'too_many', severity: 'fault', message, cure }]
}
