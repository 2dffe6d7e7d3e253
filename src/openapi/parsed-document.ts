import type { FaultList } from './fault-list.js'
import type { JsonObject } from './json.js'
import type { ActionPlace } from './overlays/overlay.js'

/** A document as values, and where they stand in its text. */
export interface ParsedDocument {
  /** `undefined` if it is unusable; the faults say why. */
  readonly root: JsonObject | undefined
  /** Lines, counted from 1, of those pointers that exist: of a member its key's. */
  readonly linesOf: (pointers: readonly string[]) => ReadonlyMap<string, number>
  /** Which action of an overlay has put something there; absent without overlays. */
  readonly placeOf?: ((pointer: string) => ActionPlace | undefined) | undefined
}

/** What a parser is given. */
export interface ParserInput {
  readonly text: string
  readonly name: string
  readonly faults: FaultList
}
