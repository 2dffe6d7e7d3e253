import type { CalledOptions } from './called-options.js'
import type { CallableOperation } from './make-tool.js'
import type { OpenApiToolsFault } from './openapi-tools.js'
import { OPENAPI_TOOLS_DEFAULTS, type ToolsFromOpenApiOptions } from './options.js'

type Idempotency = ToolsFromOpenApiOptions['idempotency']

/** The header in which operations take a key of idempotency; `undefined`: none is looked for. */
export function idempotencyHeaderOf(
  option: Idempotency = OPENAPI_TOOLS_DEFAULTS.idempotency,
): string | undefined {
  if (option === 'off') return undefined
  return option === 'declared' ? 'Idempotency-Key' : option.header
}

/** A header that somebody names, and that no operation declares. */
export function idempotencyFaults(
  option: Idempotency,
  callables: readonly CallableOperation[],
  { idempotency: called }: CalledOptions,
): readonly OpenApiToolsFault[] {
  if (typeof option !== 'object' || callables.length === 0) return []
  if (callables.some(({ call }) => call.plan.idempotencyHeader !== undefined)) return []
  const message = `No operation that becomes a tool has a parameter for the header ${option.header}, so no call has a key of idempotency`
  const cure = `Declare the header as a parameter of the operations that take it, or correct ${called}`
  const fault = { severity: 'warning', pointer: '#', line: undefined } as const
  return [{ ...fault, code: 'idempotency', message, cure }]
}
