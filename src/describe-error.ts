import { OnBehalfOfError } from './errors.js'
import { scrub } from './scrub.js'

const MAX_CAUSES = 5

/**
 * Turns an error into fields that are safe to log: names, codes, scrubbed and bounded messages, own stack.
 *
 * Never copies other members: libraries hang whole requests, responses and bodies on their errors.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  const causes: unknown[] = []
  let cause: unknown = error instanceof Error ? error.cause : undefined
  while (cause !== undefined && causes.length < MAX_CAUSES) {
    causes.push(outline(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return {
    ...outline(error),
    ...(causes.length === 0 ? {} : { causes }),
    ...(error instanceof Error && !(error instanceof OnBehalfOfError)
      ? { stack: scrub(error.stack?.replaceAll('\n', ' | '), 2_000) }
      : {}),
  }
}

function outline(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const { code } = error as { code?: unknown }
  const reason = error instanceof OnBehalfOfError ? error.details.reason : undefined
  return {
    name: scrub(error.name, 80),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: scrub(`${code}`, 80) } : {}),
    ...(reason === undefined ? {} : { reason }),
    message: scrub(error.message, 300),
  }
}
