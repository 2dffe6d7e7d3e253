/** A value of a parsed document. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of a parsed document. Read its members with `member`: names like `constructor` may come from the document. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Whether a value is an object, and no list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** An own member of an object; `undefined` for what it inherits, and for anything but an object. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** A member that is a text; `undefined` for any other value. */
export function textMember(value: Json | undefined, key: string): string | undefined {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}

/** An object without one of its members. */
export function without(value: JsonObject, key: string): JsonObject {
  const left: Record<string, Json> = {}
  for (const other of Object.keys(value)) {
    if (other !== key) setMember(left, other, value[other] ?? null)
  }
  return left
}

/** Sets an own member, also one that is named `__proto__`. */
export function setMember(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  } else {
    target[key] = value
  }
}
