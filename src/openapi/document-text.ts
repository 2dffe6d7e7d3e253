import { DOCUMENT_LIMITS } from './limits.js'
import type { FaultDraft } from './fault-list.js'

/** The text of a document, or why it has none. */
export type DocumentText = { readonly text: string } | { readonly fault: FaultDraft }

/** Decodes a document: UTF-8, or UTF-16 with a byte order mark. Checks its size before anything else looks at it. */
export function documentText(source: string | Uint8Array | object, name: string): DocumentText {
  if (source instanceof Uint8Array) {
    return source.byteLength > DOCUMENT_LIMITS.bytes ? tooLarge(name) : decoded(source, name)
  }
  const text = typeof source === 'string' ? source : written(source)
  if (text === undefined) {
    const cure = 'Give an object as JSON.parse returns it'
    return broken(`${name} is no plain object`, cure)
  }
  if (text.length > DOCUMENT_LIMITS.bytes || Buffer.byteLength(text) > DOCUMENT_LIMITS.bytes) {
    return tooLarge(name)
  }
  return asText(text, name)
}

function decoded(bytes: Uint8Array, name: string): DocumentText {
  const encoding = encodingOf(bytes)
  try {
    return asText(new TextDecoder(encoding, { fatal: true }).decode(bytes), name)
  } catch {
    return broken(`${name} is not ${encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'}`, 'Save it as UTF-8')
  }
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}

function asText(text: string, name: string): DocumentText {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text
  if (bare.trim() === '') return broken(`${name} is empty`, 'Give an OpenAPI document')
  // UTF-16 that was read as UTF-8.
  if (bare.slice(0, 100).includes('\0')) {
    return broken(`${name} has NUL characters`, 'Save it as UTF-8')
  }
  return { text: bare }
}

function written(source: object): string | undefined {
  try {
    return JSON.stringify(source)
  } catch {
    return undefined
  }
}

function tooLarge(name: string): DocumentText {
  const most = DOCUMENT_LIMITS.bytes / 1024 / 1024
  const message = `${name} is larger than ${most} MiB`
  const cure = 'Leave out the operations that are not meant as tools'
  return { fault: { code: 'too_large', severity: 'fault', pointer: '#', message, cure } }
}

function broken(message: string, cure: string): DocumentText {
  return { fault: { code: 'syntax', severity: 'fault', pointer: '#', message, cure } }
}
