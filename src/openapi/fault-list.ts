import type { OpenApiFault } from './faults.js'
import type { ActionPlace } from './overlays/overlay.js'
import { DOCUMENT_LIMITS } from './limits.js'

/** A fault whose line is looked up by its pointer, where it is not known. */
export type FaultDraft = Omit<OpenApiFault, 'line'> & { readonly line?: number | undefined }

/** Collects what is wrong with a document. */
export class FaultList {
  readonly #drafts = new Map<string, FaultDraft>()

  add(draft: FaultDraft): void {
    const key = `${draft.source ?? ''} ${draft.pointer} ${draft.line ?? ''} ${draft.message}`
    if (!this.#drafts.has(key)) this.#drafts.set(key, draft)
  }

  /** The warnings after the faults. */
  get drafts(): readonly FaultDraft[] {
    const all = [...this.#drafts.values()]
    const faults = all.filter(({ severity }) => severity === 'fault')
    return [...faults, ...all.filter(({ severity }) => severity === 'warning')]
  }
}

/** As many as are told, by position in the document, and how many more there are. */
export function inOrder(
  drafts: readonly FaultDraft[],
  linesOf: (pointers: readonly string[]) => ReadonlyMap<string, number>,
  placeOf: (pointer: string) => ActionPlace | undefined = () => undefined,
): readonly OpenApiFault[] {
  const told = drafts.slice(0, DOCUMENT_LIMITS.faults)
  const unplaced = told.filter(({ line, source }) => line === undefined && source === undefined)
  const lines = linesOf(unplaced.map(({ pointer }) => pointer))
  const faults = told
    .map((draft): OpenApiFault => {
      if (draft.line !== undefined || draft.source !== undefined)
        return { line: undefined, ...draft }
      const { source, line } = placeOf(draft.pointer) ?? {}
      return source === undefined
        ? { ...draft, line: lines.get(draft.pointer) }
        : { ...draft, source, line }
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const rest = drafts.slice(told.length)
  return rest.length === 0 ? faults : [...faults, moreFault(rest)]
}

function moreFault(rest: readonly FaultDraft[]): OpenApiFault {
  const severity = rest.some((draft) => draft.severity === 'fault') ? 'fault' : 'warning'
  return {
    code: 'more',
    severity,
    pointer: '#',
    line: undefined,
    message: `And ${rest.length} more`,
    cure: 'Correct those above first',
  }
}
