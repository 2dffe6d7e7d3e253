import { nearestName } from '../options/nearest-name.js'
import { isList, isObject, member, type Json } from './json.js'
import { OperationFault } from './operation-fault.js'
import type { CuratedAnnotations, OperationCuration } from './operation.js'
import { pointerTo } from './pointer.js'
import type { Place } from './references.js'
import { shown } from './shown.js'

/** What the extensions of an operation, its path and the document say together. */
export interface ReadExtensions {
  readonly enabled: boolean | undefined
  readonly curation: OperationCuration
  /** `x-mcp.scopes`: scopes of the API. */
  readonly scopes: { readonly scopes: readonly string[]; readonly pointer: string } | undefined
}

const FORMS = {
  flag: { words: 'true or false', fits: (value: Json) => typeof value === 'boolean' },
  text: { words: 'a text', fits: (value: Json) => typeof value === 'string' && value !== '' },
  texts: {
    words: 'a list of texts',
    fits: (value: Json) => isList(value) && value.every((one) => typeof one === 'string'),
  },
  object: { words: 'an object', fits: (value: Json) => isObject(value) },
} as const

type Members = Readonly<Record<string, keyof typeof FORMS>>

const HINTS: Members = {
  readOnlyHint: 'flag',
  destructiveHint: 'flag',
  idempotentHint: 'flag',
  openWorldHint: 'flag',
}
const X_MCP: Members = {
  enabled: 'flag',
  name: 'text',
  toolName: 'text',
  title: 'text',
  description: 'text',
  annotations: 'object',
  scopes: 'texts',
  serverScopes: 'texts',
  confirm: 'flag',
}
const X_SPEAKEASY: Members = {
  disabled: 'flag',
  name: 'text',
  title: 'text',
  description: 'text',
  ...HINTS,
}

/**
 * Reads `x-mcp` of an operation and its path, and `x-speakeasy-mcp`, whose `scopes` are no scopes of OAuth and do not
 * count. `x-mcp: false` is the same as `enabled: false`; at the root only true and false count. The operation wins over
 * its path, that over the root, and `x-mcp` over the other, member by member.
 *
 * Throws `OperationFault` for a value of another form, and for a member that looks like a misspelt one.
 */
export function readExtensions(root: Json, path: Place, operation: Place): ReadExtensions {
  const own = extension(operation, 'x-mcp', X_MCP)
  const shared = extension(path, 'x-mcp', X_MCP)
  const foreign = extension(operation, 'x-speakeasy-mcp', X_SPEAKEASY)
  const whole = member(root, 'x-mcp')
  const disabled = flag(foreign, 'disabled')
  const enabled =
    flag(own, 'enabled') ??
    (disabled === undefined ? undefined : !disabled) ??
    flag(shared, 'enabled') ??
    (typeof whole === 'boolean' ? whole : undefined)
  const scopes = [own, shared].find((one) => member(one.value, 'scopes') !== undefined)
  return {
    enabled,
    curation: {
      name: text(own, 'name') ?? text(own, 'toolName') ?? text(foreign, 'name'),
      title: text(own, 'title') ?? text(foreign, 'title'),
      description: text(own, 'description') ?? text(foreign, 'description'),
      annotations: { ...hints(foreign), ...hints(annotations(shared)), ...hints(annotations(own)) },
      serverScopes: texts(own, 'serverScopes') ?? texts(shared, 'serverScopes'),
      confirm: flag(own, 'confirm') ?? flag(shared, 'confirm'),
    },
    scopes:
      scopes === undefined
        ? undefined
        : { scopes: texts(scopes, 'scopes') ?? [], pointer: pointerTo(scopes.pointer, 'scopes') },
  }
}

/** `x-internal` of an operation or its path; throws `OperationFault` for anything but true and false. */
export function isInternal(path: Place, operation: Place): boolean {
  return [operation, path].some(({ value, pointer }) => {
    const internal = member(value, 'x-internal')
    if (internal === undefined) return false
    if (typeof internal === 'boolean') return internal
    throw extensionFault(pointerTo(pointer, 'x-internal'), 'x-internal', FORMS.flag.words)
  })
}

/** The object of an extension with its members checked; empty where there is none. */
function extension(owner: Place, key: string, members: Members): Place {
  const value = member(owner.value, key)
  const pointer = pointerTo(owner.pointer, key)
  if (value === undefined) return { value: {}, pointer }
  if (typeof value === 'boolean' && key === 'x-mcp') return { value: { enabled: value }, pointer }
  if (!isObject(value)) {
    throw extensionFault(pointer, key, key === 'x-mcp' ? 'true, false or an object' : 'an object')
  }
  assertMembers({ value, pointer }, key, members)
  return { value, pointer }
}

function assertMembers({ value, pointer }: Place, name: string, members: Members): void {
  for (const key of isObject(value) ? Object.keys(value) : []) {
    const at = pointerTo(pointer, key)
    const form = Object.hasOwn(members, key) ? members[key] : undefined
    if (form === undefined) {
      const near = nearestName(key, Object.keys(members))
      if (near === undefined) continue
      const reason = `${name} has an unknown member ${shown(key)}. Did you mean ${near}?`
      throw new OperationFault({ code: 'extension', pointer: at, reason, cure: 'Correct the name' })
    }
    if (!FORMS[form].fits(member(value, key) ?? null)) {
      throw extensionFault(at, `${name}.${key}`, FORMS[form].words)
    }
  }
}

function extensionFault(pointer: string, name: string, form: string): OperationFault {
  const reason = `${name} is not ${form}`
  return new OperationFault({ code: 'extension', pointer, reason, cure: `Make it ${form}` })
}

function annotations({ value, pointer }: Place): Place {
  const place = {
    value: member(value, 'annotations') ?? {},
    pointer: pointerTo(pointer, 'annotations'),
  }
  assertMembers(place, 'x-mcp.annotations', HINTS)
  return place
}

function hints(place: Place): CuratedAnnotations {
  const found = Object.keys(HINTS).map((hint) => [hint, flag(place, hint)] as const)
  return Object.fromEntries(found.filter(([, value]) => value !== undefined))
}

function flag({ value }: Place, key: string): boolean | undefined {
  const found = member(value, key)
  return typeof found === 'boolean' ? found : undefined
}

function text({ value }: Place, key: string): string | undefined {
  const found = member(value, key)
  return typeof found === 'string' ? found : undefined
}

function texts({ value }: Place, key: string): readonly string[] | undefined {
  const found = member(value, key)
  return isList(found) ? found.filter((one) => typeof one === 'string') : undefined
}
