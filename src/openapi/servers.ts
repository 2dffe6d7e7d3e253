import { isList, isObject, member, textMember, type Json } from './json.js'
import { OperationFault, wrongForm } from './operation-fault.js'
import type { OpenApiServer } from './operation.js'
import { pointerTo } from './pointer.js'
import type { Place } from './references.js'
import { shown } from './shown.js'

/** Reads the servers of one level, with the defaults of their variables; `undefined` if it has none. Throws `OperationFault`. */
export function readServers({ value, pointer }: Place): readonly OpenApiServer[] | undefined {
  const list = member(value, 'servers')
  if (list === undefined || list === null) return undefined
  const at = pointerTo(pointer, 'servers')
  if (!isList(list)) throw wrongForm(at, 'servers', 'a list')
  if (list.length === 0) return undefined
  return list.map((server, index) => readServer(server, pointerTo(at, index)))
}

function readServer(server: Json, pointer: string): OpenApiServer {
  const template = textMember(server, 'url')
  if (template === undefined) throw wrongForm(pointer, 'The url of a server', 'a text')
  const variables = member(server, 'variables')
  const url = template.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const variable = isObject(variables) ? member(variables, name) : undefined
    const value = member(variable, 'default')
    if (typeof value !== 'string' && typeof value !== 'number') {
      const reason = `The variable {${shown(name)}} of a server has no default`
      throw new OperationFault({ code: 'structure', pointer, reason, cure: 'Give it one' })
    }
    return String(value)
  })
  return { url, description: textMember(server, 'description'), pointer }
}
