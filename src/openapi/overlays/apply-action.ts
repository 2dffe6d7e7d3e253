import { isList, isObject, type Json } from '../json.js'
import { JSON_PATH_LIMITS, parseJsonPath, type JsonPathLimits } from '../json-path/json-path.js'
import { pointerTo } from '../pointer.js'
import { shown } from '../shown.js'
import { kindOf, OverlayChangeError, type OverlaidTree } from './overlaid-tree.js'
import type { Overlay, OverlayAction } from './overlay.js'

type Path = readonly (string | number)[]

/**
 * Applies one action to a document. Resolves its target first, then changes each node that was selected. Returns how many
 * those are. Throws an `OverlayChangeError`.
 */
export function applyAction(
  tree: OverlaidTree,
  { target, change, place }: OverlayAction,
  { version, limits = JSON_PATH_LIMITS }: { version: Overlay['version']; limits?: JsonPathLimits },
): number {
  const paths = selectedBy(tree, target, limits)
  const value = change.kind === 'copy' ? copied(tree, change.from, limits) : undefined
  if (version === '1.0') assertNoSingleValue(tree, paths)
  tree.beginAction()
  if (change.kind === 'remove') {
    for (const path of lastFirst(paths)) {
      if (path.length > 0) tree.remove(path)
      else
        throw new OverlayChangeError('The action removes the whole document', 'Select parts of it')
    }
    return paths.length
  }
  const given = change.kind === 'update' ? change.value : (value ?? null)
  assertOneKind(tree, paths)
  for (const path of lastFirst(paths)) update(tree, path, { given, version, place })
  return paths.length
}

interface Updating {
  readonly given: Json
  readonly version: Overlay['version']
  readonly place: OverlayAction['place']
}

function update(tree: OverlaidTree, path: Path, { given, version, place }: Updating): void {
  const before = tree.at(path)
  if (!isList(before)) {
    tree.merge(path, given, place)
    return
  }
  if (!isList(given)) tree.append(path, given, place)
  else if (version === '1.1') tree.merge(path, given, place)
  else {
    const cure = 'Write overlay: 1.1.0 to add all entries of a list, or one action for each entry'
    throw new OverlayChangeError('The action adds a list as one entry to a list', cure)
  }
}

function selectedBy(tree: OverlaidTree, expression: string, limits: JsonPathLimits) {
  const path = parseJsonPath(expression, limits)
  if (path === undefined) {
    const message = `${shown(expression)} is no JSONPath expression (RFC 9535)`
    const cure = "Correct it. A key with special characters stands in brackets: $.paths['/trips']"
    throw new OverlayChangeError(message, cure)
  }
  const paths = path.select(tree.root)
  if (paths !== 'too_much') return paths
  const message = `${shown(expression)} selects more nodes, or takes more work, than is done for one action`
  throw new OverlayChangeError(message, 'Name the way to the nodes, with fewer .. and filters')
}

function copied(tree: OverlaidTree, from: string, limits: JsonPathLimits): Json {
  const [path, ...more] = selectedBy(tree, from, limits)
  const value = path === undefined || more.length > 0 ? undefined : tree.at(path)
  if (value !== undefined) return value
  const count = path === undefined ? 'nothing' : 'several nodes'
  throw new OverlayChangeError(`copy selects ${count}: ${shown(from)}`, 'Select one node')
}

/** Overlay Specification 1.0.0, Action Object. */
function assertNoSingleValue(tree: OverlaidTree, paths: readonly Path[]): void {
  const path = paths.find((one) => isSingle(tree.at(one)))
  if (path === undefined) return
  throw new OverlayChangeError(
    `The target selects a single value, ${pointerTo('#', ...path)}, which version 1.0 does not allow`,
    'Select the object around it, or write overlay: 1.1.0',
  )
}

function isSingle(value: Json | undefined): boolean {
  return !isList(value) && !isObject(value)
}

function assertOneKind(tree: OverlaidTree, paths: readonly Path[]): void {
  const kinds = [...new Set(paths.map((path) => kindOf(tree.at(path) ?? null)))]
  if (kinds.length < 2) return
  const message = `The target selects nodes of different kinds: ${kinds.join(', ')}`
  throw new OverlayChangeError(message, 'Select objects, or lists, or single values alone')
}

/** Deeper ones and later ones first, so that no change moves what is still to be changed. */
function lastFirst(paths: readonly Path[]): readonly Path[] {
  return paths.toSorted((a, b) => {
    const index = a.findIndex((key, at) => key !== b[at])
    const [one, other] = [a[index], b[index]]
    // The one ends where the other goes on.
    if (one === undefined || other === undefined) return b.length - a.length
    return one < other ? 1 : -1
  })
}
