import type { CalledOptions } from './called-options.js'
import type { CallableOperation, KeyHeader } from './make-tool.js'
import type { OpenApiToolsFault } from './openapi-tools.js'
import { OPENAPI_TOOLS_DEFAULTS, type ToolsFromOpenApiOptions } from './options.js'

type Idempotency = ToolsFromOpenApiOptions['idempotency']

/** The header in which operations take a key of idempotency; `undefined`: none is looked for. */
export function keyHeaderOf(
  option: Idempotency = OPENAPI_TOOLS_DEFAULTS.idempotency,
): KeyHeader | undefined {
  if (option === 'off') return undefined
  if (option === 'declared') return { name: 'Idempotency-Key', ofAllWrites: false }
  return { name: option.header, ofAllWrites: true }
}

/** A header that somebody names, and that no call has. */
export function idempotencyFaults(
  option: Idempotency,
  callables: readonly CallableOperation[],
  { idempotency: called }: CalledOptions,
): readonly OpenApiToolsFault[] {
  if (typeof option !== 'object' || callables.length === 0) return []
  if (callables.some(({ call }) => call.plan.idempotencyHeader !== undefined)) return []
  const message = `No operation that becomes a tool writes or has a parameter for the header ${option.header}, so no call has a key of idempotency`
  const cure = `Leave ${called} out, or take idempotency: false from the operations that are to have a key`
  const fault = { severity: 'warning', pointer: '#', line: undefined } as const
  return [{ ...fault, code: 'idempotency', message, cure }]
}
