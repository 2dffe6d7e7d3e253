import type { FaultList } from './fault-list.js'
import type { JsonObject } from './json.js'
import { brokenReference } from './operation-fault.js'
import type { Place, References } from './references.js'

/** What all readers of parts of one document share. */
export interface ReadingContext {
  readonly root: JsonObject
  readonly name: string
  readonly version: '3.0' | '3.1' | '3.2'
  readonly references: References
  readonly faults: FaultList
}

/** Follows references; throws `OperationFault` where one is broken. */
export function resolved({ references }: ReadingContext, place: Place): Place {
  const followed = references.follow(place)
  if ('broken' in followed) throw brokenReference(followed.broken)
  return followed
}
