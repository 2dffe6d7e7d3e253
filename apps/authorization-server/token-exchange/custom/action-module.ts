import * as jose from 'jose'
import { compileFunction } from 'node:vm'

/** The dependencies that an Action can have here, in the version that this server has. */
export const AVAILABLE_DEPENDENCIES = ['jose'] as const

const MODULES: ReadonlyMap<string, unknown> = new Map([['jose', jose]])
const HANDLER = 'onExecuteCustomTokenExchange'

/** The module of an Action, and the names of what it may require. */
export interface ActionModule {
  readonly code: string
  readonly dependencies: readonly { readonly name: string }[]
}

/** What an Action exports: it tells its verdict to `api`. */
export type ActionHandler = (event: unknown, api: unknown) => unknown

/** Tells whether a text can be the body of a CommonJS module. */
export function canBeCompiled(code: string): boolean {
  try {
    compile(code)
    return true
  } catch {
    return false
  }
}

/**
 * Runs the module of an Action, and returns its handler.
 *
 * The Action is a CommonJS module in this process, as trusted as the directory that it stands in; this is no sandbox. It can
 * require its declared dependencies and nothing else; its `fetch` is the given one.
 *
 * Throws what the module throws, and a `TypeError` when it has no handler of the trigger.
 */
export function loadAction(
  { code, dependencies }: ActionModule,
  fetchForActions: typeof fetch,
): ActionHandler {
  const declared = dependencies.map(({ name }) => name)
  const require = (name: string): unknown => {
    const found = declared.includes(name) ? MODULES.get(name) : undefined
    if (found !== undefined) return found
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
  const module = { exports: {} as Record<string, unknown> }
  Reflect.apply(compile(code), undefined, [module.exports, require, module, fetchForActions])
  const handler = module.exports[HANDLER]
  if (typeof handler !== 'function') throw new TypeError(`The Action does not export ${HANDLER}`)
  return handler as ActionHandler
}

function compile(code: string): (...values: unknown[]) => unknown {
  const names = ['exports', 'require', 'module', 'fetch']
  return compileFunction(code, names, { filename: 'action.cjs' }) as (
    ...values: unknown[]
  ) => unknown
}
