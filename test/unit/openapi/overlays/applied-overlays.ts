import { FaultList, inOrder } from '../../../../src/openapi/fault-list.js'
import type { Json } from '../../../../src/openapi/json.js'
import { applyOverlays } from '../../../../src/openapi/overlays/apply-overlays.js'
import { parseDocument } from '../../../../src/openapi/document.js'

export type Action = Readonly<Record<string, Json>>

export const overlay = (actions: readonly Action[], version = '1.1.0') => ({
  name: 'overlay.json',
  document: { overlay: version, info: { title: 't', version: '1' }, actions },
})

/** What became of a document, and what was said of it. */
export function applied(
  document: string | object,
  ...overlays: { name: string; document: string | object }[]
) {
  const faults = new FaultList()
  const parsed = parseDocument(document, 'openapi.yaml', faults)
  const { root } = parsed
  if (root === undefined) throw new Error('the document is unusable')
  const result = applyOverlays({ ...parsed, root }, overlays, faults)
  return { ...result, faults: inOrder(faults.drafts, result.linesOf, result.placeOf), given: root }
}

export const after = (document: object, ...actions: readonly Action[]) =>
  applied(document, overlay(actions)).root
export const faultOf = (document: object, action: Action, version?: string) => {
  const { root, faults } = applied(document, overlay([action], version))
  return { root, message: faults[0]?.message, cure: faults[0]?.cure }
}
