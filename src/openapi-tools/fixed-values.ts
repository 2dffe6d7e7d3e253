import { nearestName } from '../options/nearest-name.js'
import { OnBehalfOfError } from '../failures/errors.js'
import { shown } from '../openapi/shown.js'
import { buildRequest } from './build-request.js'
import { curationFault } from './curation.js'
import type { CallableOperation } from './make-tool.js'
import type { OpenApiToolsFault } from './openapi-tools.js'

/** Fixed values that belong to no argument, or that cannot be sent. */
export function fixedValueFaults({
  operation,
  call,
  curated,
}: CallableOperation): readonly OpenApiToolsFault[] {
  const fixed = Object.keys(curated.fixed ?? {})
  if (fixed.length === 0) return []
  const { plan } = call
  const { method, path, pointer, line } = operation
  const called = `${method} ${shown(path)}`
  const known = [
    ...plan.parameters.flatMap(({ name, parameter }) => [name, parameter.name]),
    ...(plan.body === undefined ? [] : ['body']),
  ]
  const unknown = fixed.filter((name) => !known.includes(name))
  const faults = unknown.map((name) => {
    const near = nearestName(name, known)
    const hint = near === undefined ? '' : `. Did you mean ${shown(near)}?`
    const message = `${called} has no argument ${shown(name)} that could be fixed${hint}`
    return { ...curationFault(pointer, message, 'Correct the name, or remove it'), line }
  })
  if (faults.length > 0) return faults
  const only = { ...plan, parameters: plan.parameters.filter((one) => one.fixed !== undefined) }
  try {
    buildRequest(only, {})
    return []
  } catch (error) {
    if (!(error instanceof OnBehalfOfError)) throw error
    const name = String(error.details.log?.['param'])
    const message = `A fixed value of ${called} cannot be sent: ${shown(name)}`
    return [{ ...curationFault(pointer, message, 'Give it a value that fits its place'), line }]
  }
}
