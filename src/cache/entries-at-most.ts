/** Of an `LRUCache`. */
interface Bounds {
  readonly maxSize: number
  readonly sizeCalculation: () => number
}

/**
 * Bounds an `LRUCache` by a number of entries, so that it takes memory as it fills. With `max`, it takes the memory of all of them when it
 * is made, for each server or session that starts; a full one is smaller then.
 */
export function entriesAtMost(count: number): Bounds {
  return { maxSize: count, sizeCalculation: () => 1 }
}
