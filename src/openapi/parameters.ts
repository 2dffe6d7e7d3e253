import { nearestName } from '../options/nearest-name.js'
import { isList, isObject, member, textMember, type Json } from './json.js'
import { flagMember, mediaTypes, schemaSource } from './media-types.js'
import { OperationFault, wrongForm } from './operation-fault.js'
import type { OpenApiParameter, ParameterStyle } from './operation.js'
import { pointerTo } from './pointer.js'
import { resolved, type ReadingContext } from './reading-context.js'
import type { Place } from './references.js'
import { shown, shownList } from './shown.js'

type Location = OpenApiParameter['in']

/** The styles of each location; the first is the default. */
const STYLES: Readonly<Record<Location, readonly ParameterStyle[]>> = {
  path: ['simple', 'label', 'matrix'],
  query: ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'],
  header: ['simple'],
  cookie: ['form', 'cookie'],
  querystring: ['form'],
}
const LOCATIONS = Object.keys(STYLES) as readonly Location[]

/** OpenAPI: such header parameters are ignored. So is `Accept-Encoding`, which whoever decodes the answer has to send. */
const IGNORED_HEADERS = /^(?:accept|accept-encoding|content-type|authorization)$/i

/** The parameters of a path and of one operation in it. */
export interface ParameterLists {
  readonly path: Place
  readonly operation: Place
}

/**
 * Reads the parameters of a path and of an operation; those of the operation win. Checks those in the path against the
 * template's names. Throws `OperationFault`.
 */
export function readParameters(
  context: ReadingContext,
  lists: ParameterLists,
  names: readonly string[],
): readonly OpenApiParameter[] {
  const merged = new Map<string, OpenApiParameter>()
  for (const list of [lists.path, lists.operation]) {
    for (const [key, parameter] of listed(context, list)) merged.set(key, parameter)
  }
  const all = [...merged.values()]
  const inPath = all.filter((parameter) => parameter.in === 'path')
  assertDeclared(names, inPath, lists.operation.pointer)
  const superfluous = inPath.filter(({ name }) => !names.includes(name))
  for (const { name, pointer } of superfluous) {
    context.faults.add({
      code: 'parameter',
      severity: 'warning',
      pointer,
      message: `The path has no {${shown(name)}}: the parameter is ignored`,
      cure: 'Remove it, or put it into the path',
    })
  }
  return all.filter((parameter) => !superfluous.includes(parameter))
}

function assertDeclared(
  names: readonly string[],
  declared: readonly OpenApiParameter[],
  pointer: string,
): void {
  const absent = names.find((name) => !declared.some((parameter) => parameter.name === name))
  if (absent === undefined) return
  const near = nearestName(
    absent,
    declared.map(({ name }) => name).filter((name) => !names.includes(name)),
  )
  const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
  throw new OperationFault({
    code: 'path_parameter',
    pointer,
    reason: `{${shown(absent)}} of the path is not declared as a parameter${hint}`,
    cure: 'Declare it with "in: path", or correct its name',
  })
}

/** Parameters of one list, by location and name; of two with the same, the first. */
function listed(context: ReadingContext, owner: Place): ReadonlyMap<string, OpenApiParameter> {
  const list = member(owner.value, 'parameters') ?? []
  const pointer = pointerTo(owner.pointer, 'parameters')
  if (!isList(list)) throw wrongForm(pointer, 'parameters', 'a list')
  const read = new Map<string, OpenApiParameter>()
  for (const [index, value] of list.entries()) {
    const parameter = readParameter(context, { value, pointer: pointerTo(pointer, index) })
    if (parameter === undefined) continue
    const key = `${parameter.in} ${sameNameOf(parameter)}`
    if (!read.has(key)) read.set(key, parameter)
    else context.faults.add({ ...declaredTwice(parameter), pointer: pointerTo(pointer, index) })
  }
  return read
}

/** HTTP does not tell capitals from small letters in the names of headers. */
function sameNameOf({ in: location, name }: OpenApiParameter): string {
  return location === 'header' ? name.toLowerCase() : name
}

function declaredTwice({ name }: OpenApiParameter) {
  const message = `The parameter ${shown(name)} is declared twice in the same list: the first counts`
  return { code: 'parameter', severity: 'warning', message, cure: 'Remove one' } as const
}

/** `undefined` for a header that is ignored. */
function readParameter(context: ReadingContext, listed: Place): OpenApiParameter | undefined {
  const place = resolved(context, listed)
  const { value, pointer } = place
  if (!isObject(value)) throw wrongForm(pointer, 'A parameter', 'an object')
  const name = textMember(value, 'name')
  if (name === undefined || name === '') throw wrongForm(pointer, 'The name', 'a text')
  const location = locationOf(value, place, name)
  if (location === 'header' && IGNORED_HEADERS.test(name)) return undefined
  const style = styleOf(value, location, { name, pointer })
  const content = member(value, 'content')
  const [written] =
    content === undefined
      ? []
      : mediaTypes(context, { value: content, pointer: pointerTo(pointer, 'content') })
  const schema = schemaSource(place, 'schema')
  if (location === 'querystring' && written === undefined) {
    throw parameterFault(pointer, 'A querystring parameter has no content', 'Describe its content')
  }
  return {
    name,
    in: location,
    required: location === 'path' || flagMember(value, 'required') === true,
    description: textMember(listed.value, 'description') ?? textMember(value, 'description'),
    deprecated: flagMember(value, 'deprecated') ?? false,
    style,
    explode: flagMember(value, 'explode') ?? (style === 'form' || style === 'cookie'),
    allowReserved: flagMember(value, 'allowReserved') ?? false,
    allowEmptyValue: flagMember(value, 'allowEmptyValue') ?? false,
    schema: schema ?? written?.schema,
    content: schema === undefined ? written : undefined,
    pointer,
  }
}

function locationOf(value: Json, { pointer }: Place, name: string): Location {
  const text = textMember(value, 'in')
  const location = LOCATIONS.find((known) => known === text)
  if (location !== undefined) return location
  const old = text === 'body' || text === 'formData'
  throw parameterFault(
    pointer,
    `The parameter ${shown(name)} is in ${text === undefined ? 'no place' : shown(text)}`,
    old
      ? 'Describe it as requestBody: "in: body" and "in: formData" are Swagger 2.0'
      : `Write one of ${LOCATIONS.join(', ')}`,
  )
}

function styleOf(
  value: Json,
  location: Location,
  { name, pointer }: { readonly name: string; readonly pointer: string },
): ParameterStyle {
  const text = member(value, 'style')
  const styles = STYLES[location]
  const style = text === undefined ? styles[0] : styles.find((known) => known === text)
  if (style !== undefined) return style
  throw parameterFault(
    pointer,
    `The parameter ${shown(name)} has ${typeof text === 'string' ? `the style ${shown(text)}` : 'a style that is no text'}, which a ${location} parameter cannot have`,
    `Write ${shownList(styles)}`,
  )
}

function parameterFault(pointer: string, reason: string, cure: string): OperationFault {
  return new OperationFault({ code: 'parameter', pointer, reason, cure })
}
