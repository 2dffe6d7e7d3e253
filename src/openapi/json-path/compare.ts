import { isList, isObject, type Json } from '../json.js'
import type { Budget } from './budget.js'

/** Whether two values are equal (RFC 9535 §2.3.5.2.2); `undefined` is Nothing. */
export function isEqual(a: Json | undefined, b: Json | undefined, budget: Budget): boolean {
  budget.step()
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index], budget))
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key], budget))
    )
  }
  return a === b
}

/** Whether one value comes before another: numbers, and texts by their code points. */
export function isLess(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a !== 'string' || typeof b !== 'string') return false
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
}
