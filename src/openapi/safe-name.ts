import { trimEnds } from './trim-ends.js'

const SAFE = /^[A-Za-z0-9_.-]{1,64}$/
const MAX_LENGTH = 64
const MAX_READ = 1_000

/** Whether all model providers accept a text as the name of a property. */
export function isSafeName(name: string): boolean {
  return SAFE.test(name) && name !== '__proto__'
}

/** A name that all model providers accept and that is not taken: `$filter` becomes `filter`, `page[size]` `page_size`. */
export function safeName(name: string, isTaken: (name: string) => boolean): string {
  if (isSafeName(name) && !isTaken(name)) return name
  // Normalising a long text can take minutes.
  const parts = name
    .slice(0, MAX_READ)
    .normalize('NFKD')
    .split(/[^A-Za-z0-9_.-]+/)
  const joined = parts.filter((part) => part !== '').join('_')
  const base = trimEnds(joined, '._-').slice(0, MAX_LENGTH) || 'value'
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : `_${count}`
    const tried = `${base.slice(0, MAX_LENGTH - suffix.length)}${suffix}`
    if (!isTaken(tried)) return tried
  }
}
