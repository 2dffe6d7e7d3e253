import { withoutAbsentArguments } from '../http/absent-arguments.js'

/** A call of a tool, as a message has it. */
export interface CalledTool {
  readonly name: string
  readonly arguments: unknown
}

/**
 * The call that is meant by a call of a tool through which others are called: of the tool that `name` among its arguments names,
 * with the member `arguments`. `undefined` for a name that is not to be called so.
 *
 * Looks at nothing else, so that all who ask come to the same tool. Whether the arguments are as they should be is for the
 * tools' schemas to say.
 */
export function innerCallOf(
  { arguments: args }: CalledTool,
  mayCall: (toolName: string) => boolean,
): CalledTool | undefined {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return undefined
  const name: unknown = Object.hasOwn(args, 'name') ? Reflect.get(args, 'name') : undefined
  if (typeof name !== 'string' || !mayCall(name)) return undefined
  const { arguments: inner } = withoutAbsentArguments(args as Readonly<Record<string, unknown>>)
  return { name, arguments: inner }
}
