/** One command of the command line. */
export interface Command {
  /** One line for `--help`. */
  readonly summary: string
  /** Does it; `argv` is what stands behind the command's name. Resolves with the exit code. */
  run(argv: readonly string[]): Promise<number>
}

/** The commands by name, in the order of `--help`. Each is loaded when it is called, and not before. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    summary: 'runs the MCP server that the environment and ./.env describe',
    run: async (argv) => (await import('./serve.js')).serve(argv),
  },
}
