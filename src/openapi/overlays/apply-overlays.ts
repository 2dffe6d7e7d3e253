import type { FaultList } from '../fault-list.js'
import { tooMuch } from '../json-document.js'
import type { JsonObject } from '../json.js'
import { measure } from '../measure.js'
import type { ParsedDocument } from '../parsed-document.js'
import { keysOf } from '../pointer.js'
import { shown } from '../shown.js'
import { applyAction } from './apply-action.js'
import { OverlaidTree, OverlayChangeError } from './overlaid-tree.js'
import {
  OVERLAY_LIMITS,
  type ActionPlace,
  type OpenApiOverlay,
  type OverlayAction,
} from './overlay.js'
import { readOverlay } from './read-overlay.js'

/**
 * Applies overlays to a document, in their order, each action to the result of the one before. Adds what is wrong to `faults`,
 * and a warning for each action that selects nothing.
 *
 * The document that is handed in stays as it is. Of the result, lines are those of the document, and `placeOf` tells which action a
 * place comes from. `root` is `undefined` if an overlay cannot be applied: none is left out silently.
 */
export function applyOverlays(
  parsed: ParsedDocument & { readonly root: JsonObject },
  overlays: readonly OpenApiOverlay[],
  faults: FaultList,
): ParsedDocument {
  const tree = new OverlaidTree(parsed.root)
  const complete = overlays.slice(0, OVERLAY_LIMITS.overlays).reduce((sound, given) => {
    const { overlay, faults: wrong } = readOverlay(given)
    for (const fault of wrong) faults.add(fault)
    if (overlay === undefined) return false
    const { version } = overlay
    return sound && overlay.actions.every((action) => isApplied(tree, action, { version, faults }))
  }, !isTooMany(overlays, faults))
  return {
    root: complete ? tree.root : undefined,
    linesOf: (pointers) => linesOf(tree, parsed, pointers),
    placeOf: (pointer) => {
      const origin = tree.originOf(keysOf(pointer) ?? [])
      return 'source' in origin ? origin : undefined
    },
  }
}

function isTooMany({ length }: readonly OpenApiOverlay[], faults: FaultList): boolean {
  if (length <= OVERLAY_LIMITS.overlays) return false
  const message = `There are more than ${OVERLAY_LIMITS.overlays} overlays`
  faults.add({ ...FAULT, pointer: '#', message, cure: 'Put their actions into one' })
  return true
}

const FAULT = { code: 'overlay', severity: 'fault' } as const

/** Those behind an action that cannot be applied would be applied to another document than they are written for. */
function isApplied(
  tree: OverlaidTree,
  action: OverlayAction,
  { version, faults }: { readonly version: '1.0' | '1.1'; readonly faults: FaultList },
): boolean {
  const { place, target, change } = action
  try {
    if (applyAction(tree, action, { version }) === 0) faults.add(selectsNothing(place, target))
    if (change.kind === 'remove') return true
    const measured = measure(tree.root)
    if (!('problem' in measured)) return true
    const words = tooMuch('The document with this action', measured)
    faults.add({ ...FAULT, ...place, ...words, cure: 'Add less by it' })
  } catch (error) {
    if (!(error instanceof OverlayChangeError)) throw error
    faults.add({ ...FAULT, ...place, message: error.message, cure: error.cure })
  }
  return false
}

function selectsNothing(place: ActionPlace, target: string) {
  const message = `The action selects nothing: ${shown(target)}`
  const cure = 'Correct target, or remove the action'
  return { code: 'overlay', severity: 'warning', ...place, message, cure } as const
}

function linesOf(
  tree: OverlaidTree,
  parsed: ParsedDocument,
  pointers: readonly string[],
): ReadonlyMap<string, number> {
  const places = pointers.flatMap((pointer) => {
    const origin = tree.originOf(keysOf(pointer) ?? [])
    return 'source' in origin ? [] : [[pointer, origin.pointer] as const]
  })
  const lines = parsed.linesOf(places.map(([, original]) => original))
  return new Map(
    places.flatMap(([pointer, original]) => {
      const line = lines.get(original)
      return line === undefined ? [] : [[pointer, line] as const]
    }),
  )
}
