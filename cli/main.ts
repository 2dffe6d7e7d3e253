#!/usr/bin/env node
import { runCommandLine } from './command-line.js'
import { COMMANDS } from './commands.js'

/** `mcp-on-behalf-of`: the command line. */
process.exitCode = await runCommandLine(process.argv.slice(2), {
  commands: COMMANDS,
  stdout: process.stdout,
  stderr: process.stderr,
})
