import { createHash } from 'node:crypto'
import type { DownstreamBody } from '../downstream/downstream-request.js'
import { isList, isObject, type Json, type JsonObject } from '../openapi/json.js'
import type { BodyPlan } from './argument-plan.js'
import { invalidArgument } from './argument-error.js'
import { readFile } from './file-argument.js'
import { isHeaderType } from './media-kinds.js'
import { primitiveText } from './primitive-text.js'
import { jsonText } from './serialize-content.js'

const ARGUMENT = 'body'

interface Part {
  readonly head: string
  readonly content: Uint8Array
}

/**
 * An object as `multipart/form-data` (RFC 7578): a list is one part for each item, an object is JSON, a file has its name
 * and its type; an `encoding` says other types.
 */
export function multipartBody(
  value: JsonObject,
  plan: Pick<BodyPlan, 'encoding' | 'files'>,
): DownstreamBody {
  const parts = Object.keys(value).flatMap((name) => {
    const given = value[name] ?? null
    return (isList(given) ? given : [given])
      .filter((item) => item !== null)
      .map((item) => partOf(name, item, plan))
  })
  const boundary = boundaryOf(parts)
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ])
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    content: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  }
}

/** From what it separates, so it cannot stand in that. */
function boundaryOf(parts: readonly Part[]): string {
  const hash = createHash('sha256')
  for (const { head, content } of parts) hash.update(head).update(content)
  return `part-${hash.digest('hex').slice(0, 40)}`
}

function partOf(
  name: string,
  value: Json,
  { encoding, files }: Pick<BodyPlan, 'encoding' | 'files'>,
): Part {
  const type = encodedType(encoding.get(name)?.contentType)
  if (files.has(name)) {
    const file = readFile(value, ARGUMENT)
    const filename = `; filename="${quoted(file.filename ?? name)}"`
    const contentType = file.contentType ?? type ?? 'application/octet-stream'
    return { head: head(name, filename, contentType), content: file.content }
  }
  if (isObject(value) || isList(value)) {
    const json = Buffer.from(jsonText(value, ARGUMENT))
    return { head: head(name, '', type ?? 'application/json'), content: json }
  }
  return { head: head(name, '', type), content: Buffer.from(primitiveText(value, ARGUMENT)) }
}

/** The first of several types that an encoding allows; a range is none. */
function encodedType(contentType: string | undefined): string | undefined {
  const [first = ''] = (contentType ?? '').split(',')
  const type = first.trim()
  return isHeaderType(type) && !type.includes('*') ? type : undefined
}

function head(name: string, filename: string, contentType: string | undefined): string {
  if (name.length > 1_000) throw invalidArgument(ARGUMENT, 'has a name that is too long')
  const disposition = `Content-Disposition: form-data; name="${quoted(name)}"${filename}`
  return contentType === undefined ? disposition : `${disposition}\r\nContent-Type: ${contentType}`
}

/** As browsers write names (WHATWG "multipart/form-data encoding algorithm"): no line ends, no quotes. */
function quoted(text: string): string {
  return text.replace(/\r?\n|\r/g, '%0D%0A').replaceAll('"', '%22')
}
