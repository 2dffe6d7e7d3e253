import type { Child } from '../children/child-process.js'
import { closedLoop } from '../load/closed-loop.js'
import { contest } from '../load/contest.js'
import { listOf } from '../load/messages.js'
import { rowOf } from '../report/results.js'
import { during, warm, type Stack } from '../stack.js'
import { against, WHOAMI } from './calls.js'
import type { Measured } from './measured.js'

/** One user against as many as the caches are set to hold. */
export async function manyTokens(stack: Stack): Promise<Measured> {
  const { manyTokens: count } = stack.scale
  const [one, thousand, many] = [
    await stack.newTokens(1),
    await stack.newTokens(Math.min(1_000, count)),
    await stack.newTokens(count),
  ]
  return during([stack.ours()], async ([ours]) => {
    if (!ours) throw new Error('not started')
    for (const tokens of [one, thousand, many]) await sendEach(ours, tokens)
    const { rssBytes } = await ours.read()
    const standings = await contest(
      [
        round('1 token', ours, one),
        round('1,000 tokens', ours, thousand),
        round(`${count.toLocaleString('en')} tokens`, ours, many),
      ],
      stack.plan,
    )
    const title = `whoami, tokens in turn (${megabytes(rssBytes).toFixed(0)} MB once all are known)`
    return {
      tables: [{ title, rows: standings.map(rowOf) }],
      ratios: { many_tokens: against(standings, standings.at(-1)?.name ?? '') },
    }
  })
}

/** Each token once, so that the server knows them all. */
async function sendEach({ origin }: Child, tokens: readonly string[]): Promise<void> {
  const load = { origin, message: WHOAMI, forMs: 600_000 }
  await closedLoop({ ...load, calls: tokens.length, tokenOf: (call) => tokens[call] })
}

function round(name: string, child: Child, tokens: readonly string[]) {
  let next = 0
  const tokenOf = (): string | undefined => {
    next += 1
    return tokens[next % tokens.length]
  }
  return { name, child, load: { message: WHOAMI, tokenOf } }
}

/** What further tools cost a call of one of them, and the list. */
export async function manyTools(stack: Stack): Promise<Measured> {
  const [token = ''] = await stack.newTokens(1)
  const more = [0, 27, 297]
  return during(
    [...more.map((tools) => stack.ours({ tools })), stack.peer('sdk-v2', { tools: 297 })],
    async ([three, thirty, threeHundred, peer]) => {
      if (!three || !thirty || !threeHundred || !peer) throw new Error('not started')
      const last = (tools: number) => listOf(tools === 0 ? 'get_datetime' : `further_${tools - 1}`)
      const calls = await contest(
        [
          warm('ours, 3 tools', three, { message: WHOAMI, token }),
          warm('ours, 30 tools', thirty, { message: WHOAMI, token }),
          warm('ours, 300 tools', threeHundred, { message: WHOAMI, token }),
          warm('SDK v2, 300 tools, no auth', peer, { message: WHOAMI }),
        ],
        stack.plan,
      )
      const lists = await contest(
        [
          warm('ours, 3 tools', three, { message: last(0), token }),
          warm('ours, 300 tools', threeHundred, { message: last(297), token }),
          warm('SDK v2, 300 tools, no auth', peer, { message: last(297) }),
        ],
        stack.plan,
      )
      return {
        tables: [
          { title: 'whoami by number of tools', rows: calls.map(rowOf) },
          { title: 'tools/list by number of tools', rows: lists.map(rowOf) },
        ],
        ratios: { tools_300: against(calls, 'ours, 300 tools') },
      }
    },
  )
}

/** Memory after many calls of `whoami` by a hundred users. */
export async function memory(stack: Stack): Promise<Measured> {
  const tokens = await stack.newTokens(100)
  return during([stack.ours()], async ([ours]) => {
    if (!ours) throw new Error('not started')
    const load = { origin: ours.origin, message: WHOAMI, forMs: 600_000 }
    const { memoryCalls: calls } = stack.scale
    await closedLoop({ ...load, calls, tokenOf: (call) => tokens[call % tokens.length] })
    return { tables: [], ratios: { rss_mb: megabytes((await ours.read()).rssBytes) } }
  })
}

function megabytes(bytes: number): number {
  return bytes / 1e6
}
