import { createHash } from 'node:crypto'
import type { OpenApiToolsFault } from './openapi-tools.js'
import { shown } from '../openapi/shown.js'
import { trimEnd, trimEnds } from '../openapi/trim-ends.js'

/** An operation that needs a name. */
export interface Nameable {
  readonly method: string
  readonly path: string
  readonly operationId: string | undefined
  readonly pointer: string
  readonly line: number | undefined
}

/** Names that are not to be had by derivation. */
export interface NameOptions<T extends Nameable> {
  /** The name that somebody has written down for an operation. */
  readonly given: (operation: T) => string | undefined
  /** Those of tools that are not from the document. */
  readonly reserved: readonly string[]
}

export interface ToolNames<T extends Nameable> {
  readonly of: (operation: T) => string
  readonly faults: readonly OpenApiToolsFault[]
}

const MAX_LENGTH = 48
/** Of an operationId or a path: normalising a long text can take minutes. */
const MAX_WORDS = 1_000
const TOOL_NAME = /^[A-Za-z][A-Za-z0-9_]{0,47}$/
const HASH_LENGTHS = [6, 10, 16]

/** Whether every client and model provider accepts a text as the name of a tool. */
export function isToolName(name: string): boolean {
  return TOOL_NAME.test(name)
}

/**
 * Gives each operation a name of its own: the one that was written down, or one from its operationId, or from its method
 * and path.
 *
 * The order of the operations plays no part. An operationId that is a name already is kept. Where others come to the same
 * name, all of those get a suffix from a hash of method and path. A written name that is none, or that is taken, is a fault.
 */
export function toolNames<T extends Nameable>(
  operations: readonly T[],
  { given, reserved }: NameOptions<T>,
): ToolNames<T> {
  const faults: OpenApiToolsFault[] = []
  const names = new Map<T, string>()
  const taken = new Set(reserved)
  for (const operation of operations) {
    const name = given(operation)
    if (name === undefined) continue
    const fault = faultOf(name, operation, { taken, reserved })
    if (fault === undefined) taken.add(name)
    else faults.push(fault)
    names.set(operation, name)
  }
  const derived = operations.filter((one) => !names.has(one))
  const exact = derived.filter(({ operationId = '' }) => isToolName(operationId))
  for (const operation of exact) {
    const name = operation.operationId ?? ''
    if (taken.has(name)) continue
    taken.add(name)
    names.set(operation, name)
  }
  nameOthers(
    derived.filter((one) => !names.has(one)),
    names,
    taken,
  )
  return { of: (operation) => names.get(operation) ?? '', faults }
}

function nameOthers<T extends Nameable>(
  operations: readonly T[],
  names: Map<T, string>,
  taken: Set<string>,
): void {
  const byName = new Map<string, T[]>()
  for (const operation of operations) {
    const name = derivedName(operation)
    byName.set(name, [...(byName.get(name) ?? []), operation])
  }
  const clashing: T[] = []
  for (const [name, [only, ...more]] of byName) {
    if (only === undefined) continue
    if (more.length > 0 || taken.has(name)) clashing.push(only, ...more)
    else names.set(only, name)
  }
  for (const name of names.values()) taken.add(name)
  for (const operation of clashing) {
    const name = suffixed(operation, derivedName(operation), taken)
    taken.add(name)
    names.set(operation, name)
  }
}

/** From the operationId or the method and the path; with a hash where something had to be cut off. */
function derivedName(operation: Nameable): string {
  const { method, path, operationId = '' } = operation
  const words = safeWords(operationId)
  const base =
    words !== '' && /^[A-Za-z]/.test(words)
      ? words
      : [method.toLowerCase().replace(/[^a-z]+/g, '_'), words === '' ? safeWords(path) : words]
          .filter((part) => part !== '')
          .join('_')
  if (base.length <= MAX_LENGTH && isToolName(base)) return base
  return suffixed(operation, base, new Set())
}

function safeWords(text: string): string {
  const words = text
    .slice(0, MAX_WORDS)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^A-Za-z0-9_]+/g, '_')
  return trimEnds(words, '_')
}

function suffixed({ method, path }: Nameable, base: string, taken: ReadonlySet<string>): string {
  const hash = createHash('sha256').update(`${method} ${path}`).digest('hex')
  const stem = /^[A-Za-z]/.test(base) ? base : `call_${base}`
  const tried = HASH_LENGTHS.map((length) => {
    const head = trimEnd(stem.slice(0, MAX_LENGTH - length - 1), '_')
    return `${head}_${hash.slice(0, length)}`
  })
  return tried.find((name) => !taken.has(name)) ?? `call_${hash.slice(0, 40)}`
}

function faultOf(
  name: string,
  { method, path, pointer, line }: Nameable,
  {
    taken,
    reserved,
  }: { readonly taken: ReadonlySet<string>; readonly reserved: readonly string[] },
): OpenApiToolsFault | undefined {
  const operation = `${method} ${shown(path)}`
  const fault = { code: 'name', severity: 'fault', pointer, line } as const
  if (!isToolName(name)) {
    const message = `${operation} is named ${shown(name)}, which is no name of a tool`
    const cure = 'Write letters, digits and _, a letter first, at most 48'
    return { ...fault, message, cure }
  }
  if (!taken.has(name)) return undefined
  const whose = reserved.includes(name) ? 'a tool of the server has' : 'another operation has'
  const message = `${operation} is named ${name}, which ${whose} as its name too`
  return { ...fault, message, cure: 'Give one of them another name' }
}
