import { isList, member, textMember, type Json, type JsonObject } from './json.js'
import { OperationFault } from './operation-fault.js'
import type { OpenApiServer } from './operation.js'
import type { FaultList } from './fault-list.js'
import { readServers } from './servers.js'
import { shown } from './shown.js'

/** What a document says about itself. */
export interface DocumentInfo {
  readonly title: string | undefined
  readonly apiVersion: string | undefined
  readonly description: string | undefined
  readonly servers: readonly OpenApiServer[]
  readonly tags: readonly { readonly name: string; readonly description: string | undefined }[]
}

/** The version whose rules a document follows; `undefined` adds the fault that makes it unusable. */
export function readVersion(
  root: JsonObject,
  name: string,
  faults: FaultList,
): '3.0' | '3.1' | '3.2' | undefined {
  const text = member(root, 'openapi')
  const [, version] = typeof text === 'string' ? (/^(3\.[012])(?:\.|$)/.exec(text) ?? []) : []
  if (version === '3.0' || version === '3.1' || version === '3.2') return version
  faults.add({ code: 'version', severity: 'fault', pointer: '#', ...versionFault(root, name) })
  return undefined
}

const READ = 'This server reads OpenAPI 3.0, 3.1 and 3.2'

function versionFault(
  root: JsonObject,
  name: string,
): { readonly message: string; readonly cure: string } {
  const openapi = member(root, 'openapi')
  if (openapi === undefined && member(root, 'swagger') !== undefined) {
    const file = /^[\w.-]{1,60}$/.test(name) ? name : 'openapi.json'
    return {
      message: `${shown(name)} is Swagger ${swaggerVersion(root)}. ${READ}`,
      cure: `Convert it once: npx swagger2openapi ${file} -o openapi3.json`,
    }
  }
  if (openapi === undefined) {
    const message = `${shown(name)} is no OpenAPI document: it has no member openapi`
    return { message, cure: 'Give the OpenAPI document of the API' }
  }
  if (typeof openapi !== 'string') {
    const message = `The version of ${shown(name)} is not a text`
    return { message, cure: 'Put it in quotes: openapi: "3.1.0"' }
  }
  return {
    message: `${shown(name)} is OpenAPI ${shown(openapi, 20)}. ${READ}`,
    cure: 'Write the document in one of these versions',
  }
}

function swaggerVersion(root: JsonObject): string {
  const version = member(root, 'swagger')
  return typeof version === 'string' || typeof version === 'number'
    ? shown(`${version}`, 10)
    : '2.0'
}

/** Reads what a document says about itself; servers of another form are a warning. */
export function readInfo(root: JsonObject, faults: FaultList): DocumentInfo {
  const info = member(root, 'info')
  const version = member(info, 'version')
  const tags = member(root, 'tags')
  return {
    title: textMember(info, 'title'),
    apiVersion:
      typeof version === 'string' || typeof version === 'number' ? String(version) : undefined,
    description: textMember(info, 'description'),
    servers: serversOf(root, faults),
    tags: isList(tags) ? tags.flatMap(readTag) : [],
  }
}

function readTag(tag: Json) {
  const name = textMember(tag, 'name')
  return name === undefined ? [] : [{ name, description: textMember(tag, 'description') }]
}

function serversOf(root: JsonObject, faults: FaultList): readonly OpenApiServer[] {
  try {
    return readServers({ value: root, pointer: '#' }) ?? []
  } catch (error) {
    if (!(error instanceof OperationFault)) throw error
    const { pointer, reason, cure } = error.exclusion
    faults.add({ code: 'structure', severity: 'warning', pointer, message: reason, cure })
    return []
  }
}
