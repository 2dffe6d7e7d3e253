import { parseDocument } from '../document.js'
import { FaultList, inOrder } from '../fault-list.js'
import type { OpenApiFault } from '../faults.js'
import { isList, isObject, member, type Json, type JsonObject } from '../json.js'
import { pointerTo } from '../pointer.js'
import { shown } from '../shown.js'
import { OVERLAY_LIMITS, type OpenApiOverlay, type Overlay, type OverlayAction } from './overlay.js'

/** An overlay, or what is wrong with it. */
export interface OverlayReading {
  /** `undefined` if it cannot be applied; `faults` says why. */
  readonly overlay: Overlay | undefined
  readonly faults: readonly OpenApiFault[]
}

/**
 * Reads a document of the Overlay Specification, 1.0 or 1.1. Bounded as OpenAPI documents are.
 *
 * `extends` is not compared with anything: who gives an overlay says which document it is for. Expressions are not read yet.
 */
export function readOverlay({ name: given, document }: OpenApiOverlay): OverlayReading {
  const name = shown(given)
  const faults = new FaultList()
  const add = (pointer: string, message: string, cure: string): void => {
    faults.add({ code: 'overlay', severity: 'fault', pointer, message, cure })
  }
  const { root, linesOf } = parseDocument(document, name, faults)
  const version = root === undefined ? undefined : versionOf(root, name, add)
  if (root === undefined && faults.drafts.length === 0) {
    add(
      '#',
      `${name} is no overlay: it is not an object`,
      'Give a document of the Overlay Specification',
    )
  }
  const actions = root === undefined ? [] : actionsOf(root, version, add)
  if (root !== undefined) {
    checkMembers({ value: root, pointer: '#' }, ['overlay', 'info', 'extends', 'actions'], add)
    checkTexts(root, add)
  }
  const told = inOrder(faults.drafts, linesOf).map((fault) => ({ ...fault, source: name }))
  if (version === undefined || told.length > 0) return { overlay: undefined, faults: told }
  const lines = linesOf(actions.map(({ pointer }) => pointer))
  const placed = actions.map(({ pointer, ...action }) => ({
    ...action,
    place: { source: name, pointer, line: lines.get(pointer) },
  }))
  return { overlay: { name, version, actions: placed }, faults: [] }
}

type AddFault = (pointer: string, message: string, cure: string) => void

function versionOf(root: JsonObject, name: string, add: AddFault): Overlay['version'] | undefined {
  const version = member(root, 'overlay')
  const known = typeof version === 'string' ? /^(1\.[01])\.\d+$/.exec(version)?.[1] : undefined
  if (known !== undefined) return known as Overlay['version']
  if (version === undefined) {
    const cure = 'Begin it with overlay: 1.0.0, or name the right file'
    add('#', `${name} is no overlay: it does not say overlay`, cure)
  } else {
    const cure = 'Write overlay: 1.0.0, or 1.1.0 for copy, in quotes where it could be a number'
    add(
      '#/overlay',
      `The overlay has the version ${shown(JSON.stringify(version))}, which is not read`,
      cure,
    )
  }
  return undefined
}

interface Placed {
  readonly value: JsonObject
  readonly pointer: string
}

/** What is there without a meaning would be an action that does nothing. */
function checkMembers({ value, pointer }: Placed, known: readonly string[], add: AddFault): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key) || key.startsWith('x-')) continue
    const message = `The overlay has no place for ${shown(key)} here`
    add(pointerTo(pointer, key), message, `Remove it. There are ${known.join(', ')}`)
  }
}

function checkTexts(root: JsonObject, add: AddFault): void {
  const info = member(root, 'info')
  for (const key of ['title', 'version']) {
    if (typeof member(info, key) === 'string') continue
    add('#/info', `The overlay has no text info.${key}`, 'The specification requires it: add it')
  }
  const extended = member(root, 'extends')
  if (extended === undefined || typeof extended === 'string') return
  add('#/extends', 'extends of the overlay is no text', 'Write a URL, or remove it')
}

type UnplacedAction = Omit<OverlayAction, 'place'> & { readonly pointer: string }

function actionsOf(
  root: JsonObject,
  version: Overlay['version'] | undefined,
  add: AddFault,
): readonly UnplacedAction[] {
  const actions = member(root, 'actions')
  if (!isList(actions) || actions.length === 0) {
    const cure = 'Write at least one action: target, with update or remove'
    add('#/actions', 'The overlay has no list of actions', cure)
    return []
  }
  if (actions.length > OVERLAY_LIMITS.actions) {
    const message = `The overlay has more than ${OVERLAY_LIMITS.actions} actions`
    add('#/actions', message, 'Select more nodes with one action')
    return []
  }
  return actions.flatMap((action, index) => {
    const pointer = pointerTo('#/actions', index)
    const read = actionOf({ value: action, pointer }, version, add)
    return read === undefined ? [] : [read]
  })
}

function actionOf(
  { value: action, pointer }: { readonly value: Json; readonly pointer: string },
  version: Overlay['version'] | undefined,
  add: AddFault,
): UnplacedAction | undefined {
  if (!isObject(action)) {
    add(pointer, 'The action is no object', 'Write target, with update or remove')
    return undefined
  }
  const copies = version === '1.1' ? ['copy'] : []
  checkMembers(
    { value: action, pointer },
    ['target', 'description', 'update', 'remove', ...copies],
    add,
  )
  const target = member(action, 'target')
  const change = changeOf({ value: action, pointer }, version, add)
  if (typeof target !== 'string' || !target.startsWith('$')) {
    const cure = "Write one that begins with $: $.paths['/trips'].get"
    add(pointerTo(pointer, 'target'), 'target of the action is no JSONPath expression', cure)
    return undefined
  }
  return change === undefined ? undefined : { target, change, pointer }
}

function changeOf(
  { value: action, pointer }: Placed,
  version: Overlay['version'] | undefined,
  add: AddFault,
): OverlayAction['change'] | undefined {
  const remove = member(action, 'remove') ?? false
  const update = member(action, 'update')
  const from = version === '1.0' ? undefined : member(action, 'copy')
  if (typeof remove !== 'boolean') {
    add(pointerTo(pointer, 'remove'), 'remove of the action is not true or false', 'Write true')
    return undefined
  }
  if (remove) return { kind: 'remove' }
  if (from !== undefined && update !== undefined) {
    add(pointer, 'The action has update and copy', 'Make two actions of it')
    return undefined
  }
  if (update !== undefined) return { kind: 'update', value: update }
  if (typeof from === 'string') return { kind: 'copy', from }
  const kinds = version === '1.1' ? 'update, copy or remove: true' : 'update or remove: true'
  add(pointer, 'The action says no change', `Give it ${kinds}`)
  return undefined
}
