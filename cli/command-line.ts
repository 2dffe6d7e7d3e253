import { VERSION } from '../src/version.js'
import type { Command } from './commands.js'
import { UsageError } from './usage-error.js'

const NAME = 'mcp-on-behalf-of'
const NAME_LIKE = /^(?:--)?[a-z][a-z-]{0,15}$/i

export interface CommandLineOptions {
  readonly commands: Readonly<Record<string, Command>>
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/**
 * Runs the command that `argv` names, and resolves with the exit code: the command's own, 2 for a command line
 * that cannot be understood, 1 for a command that fails unforeseen.
 *
 * `argv` is without node and script. Never rejects.
 */
export async function runCommandLine(
  argv: readonly string[],
  { commands, stdout, stderr }: CommandLineOptions,
): Promise<number> {
  const [name, ...rest] = argv
  if (name === '--help' || name === '-h' || name === 'help') {
    stdout.write(usage(commands))
    return 0
  }
  if (name === '--version' || name === '-v') {
    stdout.write(`${VERSION}\n`)
    return 0
  }
  try {
    return await commandNamed(name, commands).run(rest)
  } catch (error) {
    const text = error instanceof Error ? error.message : 'unknown failure'
    if (!(error instanceof UsageError)) {
      stderr.write(`${NAME} ${name ?? ''} failed: ${text}\n`)
      return 1
    }
    stderr.write(`${text} See ${NAME} --help.\n`)
    return 2
  }
}

function commandNamed(name: string | undefined, commands: CommandLineOptions['commands']): Command {
  const known = Object.keys(commands).join(', ')
  if (name === undefined) throw new UsageError(`${NAME} needs a command: ${known}.`)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command !== undefined) return command
  const kind = name.startsWith('-') ? 'option' : 'command'
  // Quoted only where it can be nothing but a name: it may be a secret gone astray, and this ends up in logs.
  const word = NAME_LIKE.test(name) ? ` ${JSON.stringify(name)}` : ' of that name'
  throw new UsageError(`${NAME} has no ${kind}${word}. The commands are: ${known}.`)
}

function usage(commands: CommandLineOptions['commands']): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  )
  return `${NAME} ${VERSION}: an MCP server in front of a protected API, in which
every tool call is made as the signed-in user

usage: ${NAME} <command> [options]

${lines.join('\n')}

  ${NAME} <command> --help   what a command does and takes
  ${NAME} --version          the version
`
}
