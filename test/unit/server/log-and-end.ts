// Writes more to its log than the system keeps between two processes, and closes it, as the server does when it ends.
import { openProcessLog } from '../../../src/server/process-log.js'

const { log, close } = openProcessLog({ level: 'info' })
for (let line = 0; line < 3_000; line += 1) log.info({ event: 'probe', text: 'x'.repeat(1_000) })
process.send?.('logged')
process.disconnect()
await close()
process.exitCode = 3
