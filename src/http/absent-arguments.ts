/** What clients send for "no arguments" beside leaving them out: null, an empty text, PHP's empty list. */
export function isNothing(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/**
 * Takes the arguments out of a `tools/call` that has none but says so in a way that the SDKs refuse. Other messages, and
 * arguments that are there, stay as they are. Changes the message in place: it is nobody else's.
 */
export function dropAbsentArguments(message: unknown): void {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: unknown }
  if (method !== 'tools/call' || typeof params !== 'object' || params === null) return
  if ('arguments' in params && isNothing(params.arguments)) {
    Reflect.deleteProperty(params, 'arguments')
  }
}

/** The same for a tool's arguments that hold the arguments of another: a copy without the member `arguments`, where that is nothing. */
export function withoutAbsentArguments(
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { arguments: inner, ...others } = args
  return Object.hasOwn(args, 'arguments') && !isNothing(inner) ? args : others
}
