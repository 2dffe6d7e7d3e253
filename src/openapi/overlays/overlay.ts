import type { Json } from '../json.js'

/** An overlay as it is handed in: the text in JSON or YAML, its bytes, or an object that was parsed elsewhere. */
export interface OpenApiOverlay {
  /** How messages name it: `overlay.yaml`. */
  readonly name: string
  readonly document: string | Uint8Array | object
}

/** An overlay that was read. */
export interface Overlay {
  readonly name: string
  readonly version: '1.0' | '1.1'
  readonly actions: readonly OverlayAction[]
}

/** One change of an overlay. */
export interface OverlayAction {
  readonly target: string
  readonly change:
    | { readonly kind: 'remove' }
    | { readonly kind: 'update'; readonly value: Json }
    | { readonly kind: 'copy'; readonly from: string }
  readonly place: ActionPlace
}

/** Where an action stands. */
export interface ActionPlace {
  /** The name of the overlay. */
  readonly source: string
  readonly pointer: string
  readonly line: number | undefined
}

/** What the overlays of one document may be at most. */
export const OVERLAY_LIMITS = {
  overlays: 20,
  /** Of one overlay. */
  actions: 1_000,
  /** Values that are written while one document is changed: members of objects and items of lists. */
  writes: 10_000_000,
} as const
