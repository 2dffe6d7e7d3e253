/** Of an `LRUCache`. */
interface Bounds {
  readonly maxSize: number
  readonly sizeCalculation: () => number
}

/**
 * Bounds an `LRUCache` by a number of entries, so that it takes memory as it fills. With `max`, it takes the memory of all of them at once:
 * several megabytes where the bound is high, and 25 ms for each server that starts.
 */
export function entriesAtMost(count: number): Bounds {
  return { maxSize: count, sizeCalculation: () => 1 }
}
