import type { DownstreamMethod } from '../downstream/downstream-request.js'
import type { PathTemplate } from '../downstream/path-template.js'
import type { Json } from '../openapi/json.js'
import type { OpenApiEncoding, OpenApiParameter } from '../openapi/operation.js'
import type { WireNames } from '../openapi/wire-names.js'

/** How one parameter is sent. */
export interface ArgumentPlan {
  /** As the model sees it. */
  readonly name: string
  readonly parameter: OpenApiParameter
  readonly names: WireNames | undefined
  /** Sent with each call, and not shown; `undefined` for an argument that the model gives. */
  readonly fixed: Json | undefined
  /** The name in the path template. */
  readonly slot: string
}

/** How the body is sent. */
export interface BodyPlan {
  readonly kind: 'json' | 'form' | 'multipart' | 'text' | 'binary'
  readonly contentType: string
  readonly names: WireNames | undefined
  readonly fixed: Json | undefined
  readonly required: boolean
  /** Of a form and of multipart, by the wire name of the property. */
  readonly encoding: ReadonlyMap<string, OpenApiEncoding>
  /** Of multipart: properties that are files, by wire name. */
  readonly files: ReadonlySet<string>
}

/** Everything that a call of an operation needs, but for the arguments. Made once. */
export interface CallPlan {
  readonly method: DownstreamMethod
  readonly template: PathTemplate
  readonly parameters: readonly ArgumentPlan[]
  /** Of all parameters of the query, also of those that are not sent. */
  readonly queryNames: ReadonlySet<string>
  readonly body: BodyPlan | undefined
  readonly accept: string
  /** Names of arguments that page through an answer. */
  readonly paging: readonly string[]
  /** Of the key that each call gets; `undefined`: calls get none. */
  readonly idempotencyHeader: string | undefined
}
