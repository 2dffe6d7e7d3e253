import { nearestName } from '../options/nearest-name.js'
import type { OperationHead } from '../openapi/operation.js'
import { shown } from '../openapi/shown.js'
import type { OpenApiToolsFault } from './openapi-tools.js'
import type { CuratedOperation } from './options.js'

type Identified = Pick<OperationHead, 'method' | 'path' | 'operationId'>

/** What was said about single operations. */
export interface Curation {
  readonly of: (operation: Identified) => CuratedOperation | undefined
  /** Entries that belong to no operation, and operations that have two. */
  readonly faults: (operations: readonly OperationHead[]) => readonly OpenApiToolsFault[]
}

/** Finds the entries of operations: by `GET /path`, or by the operationId. */
export function createCuration(
  entries: Readonly<Record<string, CuratedOperation>>,
  called: string,
): Curation {
  const byKey = new Map(Object.entries(entries))
  const keysOf = ({ method, path, operationId }: Identified): readonly string[] =>
    [`${method} ${path}`, operationId].filter(
      (key): key is string => key !== undefined && byKey.has(key),
    )
  return {
    of: (operation) => byKey.get(keysOf(operation)[0] ?? ''),
    faults: (operations) => {
      if (byKey.size === 0) return []
      const used = operations.map((operation) => ({ operation, keys: keysOf(operation) }))
      const known = new Set(used.flatMap(({ keys }) => keys))
      const names = operations.flatMap((one) => [
        ...(one.operationId === undefined ? [] : [one.operationId]),
        `${one.method} ${one.path}`,
      ])
      const unknown = [...byKey.keys()].filter((key) => !known.has(key))
      const twice = used.filter(({ keys }) => keys.length > 1)
      return [
        ...unknown.map((key) => unknownEntry(key, names, called)),
        ...twice.map(({ operation, keys }) => twoEntries(operation, keys, called)),
      ]
    },
  }
}

/** A fault: what it was meant to hide or to guard would be neither. */
function unknownEntry(key: string, names: readonly string[], called: string): OpenApiToolsFault {
  const near = nearestName(key, names)
  const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
  const message = `The document has no operation ${shown(key)}, for which ${called} has an entry${hint}`
  return curationFault('#', message, 'Write the operationId, or the method and the path: GET /path')
}

function twoEntries(
  { pointer, line }: OperationHead,
  keys: readonly string[],
  called: string,
): OpenApiToolsFault {
  const message = `${called} has two entries for one operation: ${keys.map((key) => shown(key)).join(' and ')}`
  return { ...curationFault(pointer, message, 'Join them into one'), line }
}

/** A fault of the curation. */
export function curationFault(pointer: string, message: string, cure: string): OpenApiToolsFault {
  return { code: 'curation', severity: 'fault', pointer, line: undefined, message, cure }
}
