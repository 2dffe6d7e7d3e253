import { z } from 'zod'
import { toolAnswer } from '../parts/tool-answer.js'
import type { ToolAnswer } from '../parts/connected-client.js'
import { parameterOf } from './discovery.js'
import { sendMessage, shownRefusal, type MessageAnswer } from './messages.js'
import type { Behaviour } from './scripted-client.js'
import type { SignedIn } from './signed-in.js'
import { Told } from './told.js'

const REVISION = '2025-11-25'

const TOOLS = z.object({
  tools: z.array(z.object({ name: z.string(), inputSchema: z.looseObject({}) })),
})
const RESULT = z.object({ result: z.unknown() })
const CHALLENGES = z.object({
  isError: z.literal(true),
  _meta: z.object({ 'mcp/www_authenticate': z.array(z.string()).min(1) }),
})

/** The messages of one scripted client, from the first request without a token on. Throws `Told` where the client gives up. */
export class Connection {
  readonly #endpoint: URL
  readonly #behaviour: Behaviour
  readonly #signedIn: SignedIn
  #sessionId: string | undefined
  #lastId = 0

  constructor(endpoint: URL, behaviour: Behaviour, signedIn: SignedIn) {
    this.#endpoint = endpoint
    this.#behaviour = behaviour
    this.#signedIn = signedIn
  }

  /** Is refused, signs in, and initializes. */
  async connect(): Promise<void> {
    const params = {
      protocolVersion: REVISION,
      capabilities: {},
      clientInfo: { name: 'scripted', version: '1.0.0' },
    }
    const first = await this.#send('initialize', params)
    if (first.status === 401) await this.#signedIn.begin(first.challenge ?? '')
    const { sessionId } = this.#accepted(await this.#send('initialize', params))
    this.#sessionId = sessionId
    this.#accepted(await this.#send('notifications/initialized'))
  }

  /** The tools that this client shows. */
  async listTools(): Promise<readonly string[]> {
    const answer = await this.#renewing(() => this.#send('tools/list', {}))
    const { tools } = TOOLS.parse(this.#resultOf(answer))
    const shown = this.#behaviour.dropsTools ? tools.filter(isKept) : tools
    return shown.map(({ name }) => name)
  }

  /** Calls a tool without arguments, as many times at once as this client does, and gives one of the answers. */
  async callTool(name: string): Promise<ToolAnswer> {
    const { noArguments: args, parallelCalls } = this.#behaviour
    const call = (): Promise<MessageAnswer> => this.#send('tools/call', { name, arguments: args })
    const answer = await this.#renewing(call, parallelCalls)
    const more = this.#moreScopes(answer)
    if (more === undefined) return toolAnswer(this.#resultOf(answer))
    await this.#signedIn.stepUp(more)
    return toolAnswer(this.#resultOf(await call()))
  }

  /** Makes a request several times at once; where the token is refused, gets another for each, and tries again. */
  async #renewing(request: () => Promise<MessageAnswer>, times = 1): Promise<MessageAnswer> {
    const [answer, ...others] = await Promise.all(Array.from({ length: times }, request))
    if (answer === undefined) throw new Error('nothing was asked')
    const refused = [answer, ...others].filter(({ status }) => status === 401)
    if (refused.length === 0) return answer
    await this.#signedIn.renew(refused.length)
    return request()
  }

  /** The challenge that makes this client ask for more scopes. */
  #moreScopes({ status, challenge, body }: MessageAnswer): string | undefined {
    const { stepsUp } = this.#behaviour
    if (stepsUp === 'challenge' && status === 403) {
      return parameterOf(challenge ?? '', 'error') === 'insufficient_scope' ? challenge : undefined
    }
    if (stepsUp !== 'tool_result' || status !== 200) return undefined
    const { data } = CHALLENGES.safeParse(RESULT.safeParse(body).data?.result)
    return data?._meta['mcp/www_authenticate'][0]
  }

  #send(method: string, params?: object): Promise<MessageAnswer> {
    const id = method.startsWith('notifications/') ? {} : { id: (this.#lastId += 1) }
    const token = this.#signedIn.accessToken
    return sendMessage(
      this.#endpoint,
      { jsonrpc: '2.0', method, ...id, ...(params === undefined ? {} : { params }) },
      {
        Accept: this.#behaviour.accept,
        Authorization: token === undefined ? undefined : `Bearer ${token}`,
        'Mcp-Session-Id': this.#sessionId,
        'MCP-Protocol-Version': method === 'initialize' ? undefined : REVISION,
      },
    )
  }

  #accepted(answer: MessageAnswer): MessageAnswer {
    if (answer.status < 400) return answer
    throw new Told(shownRefusal(answer))
  }

  #resultOf(answer: MessageAnswer): unknown {
    const { success, data } = RESULT.safeParse(this.#accepted(answer).body)
    if (success) return data.result
    throw new Told(shownRefusal(answer))
  }
}

/** Whether a client shows a tool that drops those with a union at the top of the schema, or the same enum member twice. */
function isKept({
  inputSchema,
}: {
  readonly inputSchema: Readonly<Record<string, unknown>>
}): boolean {
  if (['anyOf', 'oneOf', 'allOf'].some((word) => word in inputSchema)) return false
  const enums = [...JSON.stringify(inputSchema).matchAll(/"enum":(\[[^\]]*\])/g)]
  return enums.every(([, members = '[]']) => {
    const all = z.array(z.unknown()).parse(JSON.parse(members))
    return new Set(all).size === all.length
  })
}
