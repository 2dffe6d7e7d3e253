import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Connect } from './connected-client.js'
import { toolAnswer } from './tool-answer.js'
import { TOOLBOX, TOOLBOX_NODE } from './toolbox.js'

const PROGRAM = fileURLToPath(new URL('./ai-sdk-program.mjs', import.meta.url))
const LIBRARY = pathToFileURL(join(TOOLBOX, '@ai-sdk/mcp/dist/index.js')).href
const MESSAGE = z.object({
  open: z.url().optional(),
  ready: z.boolean().optional(),
  result: z.unknown().optional(),
  failure: z.string().optional(),
})
const TOOLS = z.object({ tools: z.array(z.object({ name: z.string() })) })

export interface AiSdkOptions {
  readonly protocol: 'discovered' | 'legacy'
  /** Who acts on a challenge for more scopes: the library does not. */
  readonly stepUp: 'nobody' | 'application'
}

/** An application with Vercel's MCP client inside, in a process of its own for the sake of its Node. */
export function aiSdk({ protocol, stepUp }: AiSdkOptions): Connect {
  return async function connect({ endpoint, person }) {
    const child = fork(PROGRAM, [LIBRARY, endpoint.href, protocol, stepUp], {
      execPath: TOOLBOX_NODE,
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the application ended:\n${said}`)
    })
    ended.catch(() => undefined)

    /** The next message that is no request to open a browser. */
    const answer = async (): Promise<z.infer<typeof MESSAGE>> => {
      for (;;) {
        const [received] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
        const message = MESSAGE.parse(received)
        if (message.open === undefined) return message
        child.send({ callback: (await person.signIn(new URL(message.open))).href })
      }
    }
    const ask = async (order: object): Promise<unknown> => {
      child.send(order)
      const { result, failure } = await answer()
      if (failure !== undefined) throw new Error(failure)
      return result
    }
    await answer()
    return {
      listTools: async () =>
        TOOLS.parse(await ask({ order: 'list' })).tools.map(({ name }) => name),
      callTool: async (name, args = {}) => toolAnswer(await ask({ order: 'call', name, args })),
      async close() {
        if (child.connected) child.disconnect()
        await ended.catch(() => undefined)
      },
    }
  }
}
