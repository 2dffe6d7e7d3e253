import { once } from 'node:events'
import { startConformanceStack } from './stack.js'

/** Serves the fixture server behind the whole stack and the proxy until it is interrupted, to run single scenarios. */
const stack = await startConformanceStack()
process.stdout.write(`${stack.proxied.href}\n`)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await stack.close()
