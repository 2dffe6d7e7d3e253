// Writes more to its log than may wait for a reader, and says so before anything is read.
import { createProcessLog } from '../../../src/server/process-log.js'

const log = createProcessLog({ level: 'info' })
for (let line = 0; line < 30_000; line += 1) log.info({ event: 'probe', text: 'x'.repeat(1_000) })
process.send?.('logged')
process.disconnect()
