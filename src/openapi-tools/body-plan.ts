import { isObject, member, setMember, type Json, type JsonObject } from '../openapi/json.js'
import type { OpenApiMediaType, OpenApiRequestBody } from '../openapi/operation.js'
import type { OpenApiDocument } from '../openapi/reading.js'
import { shownList } from '../openapi/shown.js'
import type { ConvertedSchema } from '../openapi/input-schemas.js'
import type { BodyPlan } from './argument-plan.js'
import { isHeaderType, isJsonType, isTextType } from './media-kinds.js'
import { isBinary, itemsOf, propertySources, rawSchema } from './raw-schema.js'
import { ToolFault } from './tool-fault.js'

/** The media type in which a body is sent, and how. */
export interface ChosenBody {
  readonly kind: BodyPlan['kind']
  readonly media: OpenApiMediaType
  /** As it is sent. */
  readonly contentType: string
}

const FORM = 'application/x-www-form-urlencoded'

/** Chooses among the media types of a body: JSON, a form, multipart, a text, bytes, in this order. Throws `ToolFault`. */
export function chooseBody(document: OpenApiDocument, body: OpenApiRequestBody): ChosenBody {
  const { content, pointer } = body
  const json =
    content.find(({ mediaType }) => mediaType === 'application/json') ??
    content.find(({ mediaType }) => isJsonType(mediaType))
  if (json !== undefined) return { kind: 'json', media: json, contentType: contentTypeOf(json) }
  const form = content.find(({ mediaType }) => mediaType === FORM)
  if (form !== undefined) return { kind: 'form', media: form, contentType: FORM }
  const parts = content.find(({ mediaType }) => mediaType === 'multipart/form-data')
  if (parts !== undefined && propertySources(document, parts.schema).size > 0) {
    return { kind: 'multipart', media: parts, contentType: 'multipart/form-data' }
  }
  const other = otherBody(document, content)
  if (other !== undefined) return other
  const types = shownList(content.map(({ mediaType }) => mediaType))
  const reason =
    parts === undefined
      ? `The body is sent as ${types} alone`
      : 'The body is multipart, and its parts are not described'
  const cure =
    parts === undefined ? 'Describe it as JSON too, if the API takes that' : 'Describe its schema'
  throw new ToolFault({ code: 'unsupported_argument', kind: 'unsupported', pointer, reason, cure })
}

function otherBody(
  document: OpenApiDocument,
  content: readonly OpenApiMediaType[],
): ChosenBody | undefined {
  const any = content.find(({ mediaType }) => /^(?:\*|application)\/\*$/.test(mediaType))
  if (any !== undefined) return anyBody(document, any)
  const text = content.find(({ mediaType }) => isTextType(mediaType) && !isXml(mediaType))
  if (text !== undefined) {
    const ranged = text.mediaType.endsWith('/*')
    const contentType = ranged ? 'text/plain; charset=utf-8' : contentTypeOf(text)
    return { kind: 'text', media: text, contentType }
  }
  const bytes = content.find(
    ({ mediaType }) => !isXml(mediaType) && !mediaType.startsWith('multipart/'),
  )
  if (bytes === undefined) return undefined
  const ranged = bytes.mediaType.includes('*')
  const contentType = ranged ? 'application/octet-stream' : contentTypeOf(bytes)
  return { kind: 'binary', media: bytes, contentType }
}

/** `*\/*` is what frameworks write that were not told a type: the schema decides. */
function anyBody(document: OpenApiDocument, media: OpenApiMediaType): ChosenBody {
  if (isBinary(document, media.schema) && rawSchema(document, media.schema) !== undefined) {
    return { kind: 'binary', media, contentType: 'application/octet-stream' }
  }
  return { kind: 'json', media, contentType: 'application/json' }
}

function isXml(mediaType: string): boolean {
  return /[/+]xml$/.test(mediaType)
}

/** With its parameters, where HTTP allows them. */
function contentTypeOf({ text, mediaType }: OpenApiMediaType): string {
  return isHeaderType(text) ? text : mediaType
}

/** A file as an argument: a model has no bytes, and JSON has none either. */
export const FILE_SCHEMA: JsonObject = {
  type: 'object',
  description: 'A file.',
  properties: {
    base64: { type: 'string', description: 'Its content, in base64.' },
    filename: { type: 'string' },
    contentType: { type: 'string', description: 'Its media type, such as image/png.' },
  },
  required: ['base64'],
  additionalProperties: false,
}

/** The schema of the argument `body`, and how its value is sent. */
export function planBody(
  document: OpenApiDocument,
  { kind, media, contentType }: ChosenBody,
  { schema, names }: ConvertedSchema,
): { readonly schema: JsonObject; readonly plan: Omit<BodyPlan, 'fixed' | 'required'> } {
  const plan = { kind, contentType, names, encoding: media.encoding, files: new Set<string>() }
  if (kind === 'binary') return { schema: FILE_SCHEMA, plan }
  if (kind === 'text') {
    const description = member(schema, 'description')
    return {
      schema: { type: 'string', ...(description === undefined ? {} : { description }) },
      plan,
    }
  }
  if (kind === 'json') return { schema, plan }
  const object = formSchema(schema)
  if (kind === 'form') return { schema: object, plan }
  const sources = propertySources(document, media.schema)
  const properties: Record<string, Json> = {}
  const listed = member(object, 'properties')
  const files = new Set<string>()
  for (const [safe, own] of Object.entries(isObject(listed) ? listed : {})) {
    const wire = names?.properties.get(safe)?.wire ?? safe
    const source = sources.get(wire)
    const bytes = isFileType(media.encoding.get(wire)?.contentType)
    const single = isBinary(document, source) || (bytes && !isArray(own))
    const many = isBinary(document, itemsOf(document, source)) || (bytes && isArray(own))
    if (single || many) files.add(wire)
    const file = described(own)
    setMember(
      properties,
      safe,
      single ? file : many ? { ...withoutItems(own), items: FILE_SCHEMA } : own,
    )
  }
  return { schema: { ...object, properties }, plan: { ...plan, files } }
}

/** A form is an object, whatever the document says. */
function formSchema(schema: JsonObject): JsonObject {
  return member(schema, 'type') === 'object' || member(schema, 'anyOf') !== undefined
    ? schema
    : { ...schema, type: 'object' }
}

function isFileType(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(/[,;]/)[0]?.trim().toLowerCase() ?? ''
  return type !== '' && !isJsonType(type) && !isTextType(type)
}

function isArray(schema: Json): boolean {
  return member(schema, 'type') === 'array'
}

function described(schema: Json): JsonObject {
  const description = member(schema, 'description')
  return typeof description === 'string' ? { ...FILE_SCHEMA, description } : FILE_SCHEMA
}

function withoutItems(schema: Json): JsonObject {
  return isObject(schema) ? schema : {}
}
