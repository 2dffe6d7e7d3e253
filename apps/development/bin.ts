#!/usr/bin/env node
import { runDevelopmentCommand } from './command.js'

process.exitCode = await runDevelopmentCommand(process.argv.slice(2))
