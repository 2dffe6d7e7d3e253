/** One command of the command line. */
export interface Command {
  /** One line for `--help`. */
  readonly summary: string
  /** Does it; `argv` is what stands behind the command's name. Resolves with the exit code. */
  run(argv: readonly string[]): Promise<number>
}

/** The commands by name, in the order of `--help`. Each is loaded when it is called, and not before. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: command('runs the MCP server that the environment and ./.env describe', async (argv) =>
    (await import('./serve.js')).serve(argv),
  ),
  dev: command('runs the development set-up (package mcp-on-behalf-of-dev)', async (argv) =>
    (await import('./dev.js')).dev(argv),
  ),
  setup: command('brings an Auth0 tenant into line and writes .env', async (argv) =>
    (await import('./setup/run.js')).run(argv),
  ),
  tools: command('shows which tools come out of an OpenAPI document', async (argv) =>
    (await import('./tools/run.js')).run(argv),
  ),
  forget: command('signs a user out of all instances that share a store', async (argv) =>
    (await import('./forget/run.js')).run(argv),
  ),
  doctor: command('finds what is wrong with a deployment', async (argv) =>
    (await import('./doctor/run.js')).run(argv),
  ),
}

function command(summary: string, run: Command['run']): Command {
  return { summary, run }
}
