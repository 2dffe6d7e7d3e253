import type { SchemaSource } from './schema-source.js'
import type { OperationSecurity } from './security-types.js'

/** What identifies an operation, whether it can be called or not. Selection needs no more than this. */
export interface OperationHead {
  /** In capital letters: `GET`. OpenAPI 3.2 has `QUERY` and methods of the document's own. */
  readonly method: string
  /** The path template as the document writes it: `/trips/{tripId}`. */
  readonly path: string
  /** As the document writes it: not unique by itself in what is excluded, and not fit as the name of a tool. */
  readonly operationId: string | undefined
  readonly tags: readonly string[]
  readonly deprecated: boolean
  /** `x-internal: true` on the operation or its path. */
  readonly internal: boolean
  /** What `x-mcp` or `x-speakeasy-mcp` say about use as a tool; `undefined` if they do not say. */
  readonly enabled: boolean | undefined
  /** Of the operation: `#/paths/~1trips/get`. */
  readonly pointer: string
  /** Counted from 1; absent for a document that was handed in as an object. */
  readonly line: number | undefined
}

/** An operation that can be read, with everything resolved but its schemas. */
export interface OpenApiOperation extends OperationHead {
  readonly summary: string | undefined
  readonly description: string | undefined
  /** Of the path and of the operation, which wins; in the document's order. Never `Accept`, `Accept-Encoding`, `Content-Type`, `Authorization`. */
  readonly parameters: readonly OpenApiParameter[]
  readonly requestBody: OpenApiRequestBody | undefined
  readonly responses: readonly OpenApiResponse[]
  /** Those of the nearest level that has any: operation, path, document. Nothing here decides where a call goes. */
  readonly servers: OperationServers
  readonly security: OperationSecurity
  readonly curation: OperationCuration
}

/** Why an operation is left out. */
export type ExclusionCode =
  /** The operation, or what it is made of, does not have the form that the specification says. */
  | 'structure'
  | 'reference'
  /** `x-mcp` and its kin: a value of another form. */
  | 'extension'
  | 'duplicate_operation_id'
  /** The path is no template, or another path has the same one. */
  | 'path'
  | 'path_parameter'
  | 'parameter'
  | 'method'
  /** A body where HTTP clients send none. */
  | 'body'
  | 'security_missing'
  | 'security_scheme'
  | 'scope'
  /** All alternatives want something other than the user's token. */
  | 'security_unusable'

/** An operation that is left out, and why. */
export interface ExcludedOperation extends OperationHead {
  readonly code: ExclusionCode
  /** `fault`: the document is wrong here. `unsupported`: it is right, and the operation cannot be called. */
  readonly kind: 'fault' | 'unsupported'
  /** What is wrong, where it is not the operation as a whole; else the operation's pointer. */
  readonly faultPointer: string
  readonly faultLine: number | undefined
  /** One sentence without its full stop. */
  readonly reason: string
  /** What to change, as one sentence without its full stop. */
  readonly cure: string
}

/** How an object or a list becomes text in its place (OpenAPI "Style Values"). */
export type ParameterStyle =
  | 'matrix'
  | 'label'
  | 'simple'
  | 'form'
  | 'spaceDelimited'
  | 'pipeDelimited'
  | 'deepObject'
  | 'cookie'

/** A parameter; the defaults of its location are filled in. */
export interface OpenApiParameter {
  /** The name on the wire. */
  readonly name: string
  /** `querystring` (OpenAPI 3.2) is the query as a whole, and has `content`. */
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'querystring'
  /** Always true in a path. */
  readonly required: boolean
  readonly description: string | undefined
  readonly deprecated: boolean
  readonly style: ParameterStyle
  readonly explode: boolean
  readonly allowReserved: boolean
  readonly allowEmptyValue: boolean
  /** Of the value; of the content, where there is `content`. Absent if the document has none. */
  readonly schema: SchemaSource | undefined
  /** The media type in which the value is written, in place of a style. */
  readonly content: OpenApiMediaType | undefined
  readonly pointer: string
}

export interface OpenApiRequestBody {
  readonly required: boolean
  readonly description: string | undefined
  /** In the document's order; never empty. */
  readonly content: readonly OpenApiMediaType[]
  readonly pointer: string
}

export interface OpenApiMediaType {
  /** In lower case, without parameters: `application/json`, `text/*`. */
  readonly mediaType: string
  /** As the document writes it, parameters included. */
  readonly text: string
  readonly schema: SchemaSource | undefined
  /** Of one item of a stream (OpenAPI 3.2). */
  readonly itemSchema: SchemaSource | undefined
  /** By the wire name of the property. */
  readonly encoding: ReadonlyMap<string, OpenApiEncoding>
  readonly pointer: string
}

/** How one property of a form or a multipart body is written. Absent members have the default of the specification. */
export interface OpenApiEncoding {
  readonly contentType: string | undefined
  readonly style: ParameterStyle | undefined
  readonly explode: boolean | undefined
  readonly allowReserved: boolean | undefined
}

export interface OpenApiResponse {
  /** `200`, `2XX` or `default`. */
  readonly status: string
  readonly description: string | undefined
  readonly content: readonly OpenApiMediaType[]
  readonly pointer: string
}

export interface OperationServers {
  /** Where they stand; `default` is the `/` that the specification says where a document has none. */
  readonly level: 'operation' | 'path' | 'document' | 'default'
  readonly servers: readonly OpenApiServer[]
}

export interface OpenApiServer {
  /** With the defaults of its variables; may be relative to the document's own address. Not checked to be a URL. */
  readonly url: string
  readonly description: string | undefined
  readonly pointer: string
}

/** What the document says about an operation as a tool: `x-mcp`, and `x-speakeasy-mcp` where that says nothing. */
export interface OperationCuration {
  readonly name: string | undefined
  readonly title: string | undefined
  readonly description: string | undefined
  readonly annotations: CuratedAnnotations
  /** Scopes of this server that a caller needs, in place of those that follow from the API's. */
  readonly serverScopes: readonly string[] | undefined
  readonly confirm: boolean | undefined
}

export interface CuratedAnnotations {
  readonly readOnlyHint?: boolean | undefined
  readonly destructiveHint?: boolean | undefined
  readonly idempotentHint?: boolean | undefined
  readonly openWorldHint?: boolean | undefined
}
