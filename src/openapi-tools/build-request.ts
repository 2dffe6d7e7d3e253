import type { TemplateRequest } from '../downstream/downstream-request.js'
import type { PathValues } from '../downstream/path-template.js'
import { isObject, member, type Json, type JsonObject } from '../openapi/json.js'
import { toWireValue } from '../openapi/wire-names.js'
import type { ArgumentPlan, CallPlan } from './argument-plan.js'
import { encodeQuery } from './encode-query.js'
import { writeBody } from './write-body.js'
import { invalidArgument } from './argument-error.js'
import { headerValue } from './serialize-header.js'
import { pathValue } from './serialize-path.js'
import { contentText } from './serialize-content.js'
import { assertNotTaken, queryPairs, styledPairs, type TakenNames } from './serialize-query.js'

/** Puts one call together: the arguments of a model, which have passed their schema, each in its place. */
export function buildRequest(plan: CallPlan, args: JsonObject): TemplateRequest {
  const params: Record<string, PathValues[string]> = {}
  const headers: Record<string, string> = { accept: plan.accept }
  const query: string[] = []
  for (const argument of plan.parameters) {
    const value = valueOf(argument, args)
    if (value === undefined) continue
    const { parameter, name, slot } = argument
    if (parameter.in === 'path') params[slot] = pathValue(parameter, value, name)
    else if (parameter.in === 'header') {
      headers[parameter.name] = headerValue(parameter, value, name)
    } else if (parameter.in === 'querystring')
      query.push(...wholeQuery(argument, value, plan.queryNames))
    else query.push(...queryPairs(parameter, value, { argument: name, taken: plan.queryNames }))
  }
  return {
    method: plan.method,
    params,
    headers,
    ...(query.length === 0 ? {} : { query: query.join('&') }),
    ...(plan.body === undefined ? {} : { body: writeBody(plan.body, args) }),
  }
}

/** Absent, or null, which clients send for what a person left out. */
function valueOf({ name, names, fixed }: ArgumentPlan, args: JsonObject): Json | undefined {
  if (fixed !== undefined) return fixed
  const value = member(args, name)
  return value === undefined || value === null ? undefined : toWireValue(value, names)
}

/** The query as a whole (OpenAPI 3.2). */
function wholeQuery(
  { name, parameter }: ArgumentPlan,
  value: Json,
  taken: TakenNames,
): readonly string[] {
  const { content } = parameter
  if (content === undefined) return []
  if (content.mediaType !== 'application/x-www-form-urlencoded') {
    return [encodeQuery(contentText(content, value, name), name)]
  }
  if (!isObject(value)) throw invalidArgument(name, 'has to be an object')
  return Object.keys(value).flatMap((key) => {
    assertNotTaken(key, name, taken)
    const how = { name: key, style: 'form', explode: true, allowReserved: false } as const
    return styledPairs(how, value[key] ?? null, { argument: name, taken })
  })
}
