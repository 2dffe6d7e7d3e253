import { textMember, type Json } from '../openapi/json.js'
import { trimEnd } from '../openapi/trim-ends.js'
import { invalidArgument } from './argument-error.js'

/** A file as a model gives it, decoded. */
export interface FileArgument {
  readonly content: Uint8Array
  readonly filename: string | undefined
  readonly contentType: string | undefined
}

/** Of one file, decoded. */
const MAX_FILE_BYTES = 8 * 1024 * 1024
const MAX_FILENAME = 200
const MEDIA_TYPE =
  /^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}(?: *; *[\w!#$&^.+-]{1,40}=[\w!#$&^.+-]{1,80}){0,3}$/

/** Decodes `{ base64, filename, contentType }`; throws `invalid_argument` for what is no base64, too large or malformed. */
export function readFile(value: Json | undefined, argument: string): FileArgument {
  const base64 = textMember(value, 'base64')
  if (base64 === undefined) {
    throw invalidArgument(argument, 'has to be a file: { base64, filename, contentType }')
  }
  if (base64.length > Math.ceil(MAX_FILE_BYTES / 3) * 4) {
    throw invalidArgument(argument, `is a file of more than ${MAX_FILE_BYTES / 1024 / 1024} MiB`)
  }
  const contentType = given(value, 'contentType')
  if (contentType !== undefined && !MEDIA_TYPE.test(contentType)) {
    throw invalidArgument(argument, 'has a contentType that is no media type')
  }
  const filename = given(value, 'filename')
  if (filename !== undefined && filename.length > MAX_FILENAME) {
    throw invalidArgument(argument, `has a filename of more than ${MAX_FILENAME} characters`)
  }
  return { content: decoded(base64, argument), filename, contentType }
}

/** Models give an empty text for what they leave out. */
function given(value: Json | undefined, key: string): string | undefined {
  const text = textMember(value, key)
  return text === '' ? undefined : text
}

function decoded(base64: string, argument: string): Uint8Array {
  const bare = trimEnd(base64.replace(/\s+/g, ''), '=')
  if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(bare) || bare.length % 4 === 1) {
    throw invalidArgument(argument, 'has a base64 that is none')
  }
  return Buffer.from(bare.replaceAll('-', '+').replaceAll('_', '/'), 'base64')
}
