import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from './usage-error.js'

type Options = NonNullable<ParseArgsConfig['options']>

/** The options that were given, by name. */
export type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; strict: true; allowPositionals: false }>
>['values']

const SECRET_OPTION =
  /^--?(?:.*-)?(?:token|secret|password|passwd|private-key|assertion|credentials?)(?:=|$)/i
const TOKEN_LIKE = /eyJ[A-Za-z0-9_-]{8,}\./

/**
 * Parses a command's options; throws a `UsageError` for unknown ones, for values out of place, and for every
 * secret on the command line. What was given is not quoted.
 */
export function parseOptions<const T extends Options>(
  argv: readonly string[],
  options: T,
  whereSecretsGo: string,
): Parsed<T> {
  assertNoSecret(argv, whereSecretsGo)
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values
  } catch {
    // Node's own message quotes what was given, which may be a secret gone astray.
    throw new UsageError(explain(argv, options))
  }
}

function assertNoSecret(argv: readonly string[], whereSecretsGo: string): void {
  const refused = argv.find((word) => SECRET_OPTION.test(word) || TOKEN_LIKE.test(word))
  if (refused === undefined) return
  const name = SECRET_OPTION.test(refused) ? (refused.split('=', 1)[0] ?? '') : 'A token'
  throw new UsageError(
    `${name} does not belong on a command line: the shell keeps it in its history, and every user of this machine can read it in the list of processes. ${whereSecretsGo}`,
  )
}

function explain(argv: readonly string[], options: Options): string {
  const unknown = argv
    .filter((word) => word.startsWith('-'))
    .map((word) => word.split('=', 1)[0] ?? '')
    .find((word) => !Object.hasOwn(options, word.replace(/^--/, '')))
  return unknown === undefined
    ? 'An option lacks its value, has one that it does not take, or a word stands where no option is.'
    : `There is no option ${/^--?[a-z-]{1,40}$/.test(unknown) ? unknown : 'of that name'}.`
}
