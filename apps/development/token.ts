import { runToken } from './run-token.js'

process.exitCode = await runToken(process.argv.slice(2), 'npm run --silent token --')
