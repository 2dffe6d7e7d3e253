/** Freezes an object with the plain objects and lists in it; instances of classes within stay as they are. */
export function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (Array.isArray(member) || Object.getPrototypeOf(member ?? 0) === Object.prototype) {
      deepFreeze(member as object)
    }
  }
  return Object.freeze(value)
}
