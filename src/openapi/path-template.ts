import { OperationFault } from './operation-fault.js'
import { shown } from './shown.js'

/**
 * The names in a path template, each once, in their order; throws `OperationFault` for a text that is none.
 *
 * The path must begin with a slash, and must not have a query, a fragment or dot segments.
 */
export function templateNames(path: string, pointer: string): readonly string[] {
  const fault = (reason: string, cure: string): OperationFault =>
    new OperationFault({ code: 'path', pointer, reason: `${shown(path)} ${reason}`, cure })
  if (!path.startsWith('/')) throw fault('does not begin with a slash', 'Begin it with one')
  if (/[?#]/.test(path)) {
    const cure = 'Describe what follows as query parameters'
    throw fault('has a query or a fragment, and is no path', cure)
  }
  const parts = path.split(/\{([^{}]*)\}/)
  const literals = parts.filter((_, index) => index % 2 === 0)
  const names = parts.filter((_, index) => index % 2 === 1)
  if (literals.some((literal) => /[{}]/.test(literal)) || names.includes('')) {
    throw fault('has braces that hold no name', 'Write each parameter as {name}')
  }
  if (path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) {
    throw fault('has a dot segment', 'Write the path that is meant')
  }
  return [...new Set(names)]
}

/** Paths that differ in the names of their parameters only have the same shape. */
export function templateShape(path: string): string {
  return path.replace(/\{[^{}]*\}/g, '{}')
}
