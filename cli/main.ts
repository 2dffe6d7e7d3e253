#!/usr/bin/env node
import { nodeVersionFault } from './node-version.js'

/** `mcp-on-behalf-of`: the command line. What an older Node cannot load is loaded after the version is known to do. */
const fault = nodeVersionFault(process.versions.node)
if (fault === undefined) {
  const { runCommandLine } = await import('./command-line.js')
  const { COMMANDS } = await import('./commands.js')
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    commands: COMMANDS,
    stdout: process.stdout,
    stderr: process.stderr,
  })
} else {
  process.stderr.write(`mcp-on-behalf-of ${fault}\n`)
  process.exitCode = 1
}
