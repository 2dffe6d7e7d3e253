import type { DownstreamBody } from '../downstream/downstream-request.js'
import { member, type Json, type JsonObject } from '../openapi/json.js'
import { toWireValue } from '../openapi/wire-names.js'
import type { BodyPlan } from './argument-plan.js'
import { invalidArgument } from './argument-error.js'
import { readFile } from './file-argument.js'
import { primitiveText } from './primitive-text.js'
import { jsonText } from './serialize-content.js'
import { formText } from './write-form.js'
import { multipartBody } from './write-multipart.js'

/** The body of a call, from the argument `body`; `undefined` if there is none. */
export function writeBody(plan: BodyPlan, args: JsonObject): DownstreamBody | undefined {
  const given = plan.fixed ?? member(args, 'body')
  if (given === undefined) return undefined
  const value = plan.fixed ?? toWireValue(given, plan.names)
  const { contentType } = plan
  switch (plan.kind) {
    case 'json':
      return { contentType, content: jsonText(value, 'body') }
    case 'text':
      return { contentType, content: primitiveText(value, 'body') }
    case 'binary': {
      const { content, contentType: own } = readFile(value, 'body')
      return { contentType: own ?? contentType, content }
    }
    case 'form':
      return { contentType, content: formText(objectOf(value), plan.encoding) }
    case 'multipart':
      return multipartBody(objectOf(value), plan)
  }
}

function objectOf(value: Json): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  throw invalidArgument('body', 'has to be an object')
}
