import type { Child } from '../children/child-process.js'
import { closedLoop } from '../load/closed-loop.js'
import { contest, type Contestant } from '../load/contest.js'
import { rowOf } from '../report/results.js'
import { median } from '../statistics.js'
import { during, warm, type Stack } from '../stack.js'
import { against, GREET } from './calls.js'
import type { Measured } from './measured.js'

const LATENCIES_MS = [20, 80]

/** `greet` with the exchanged token kept, against an exchange on every call. */
export async function warmAgainstExchanges(stack: Stack): Promise<Measured> {
  const [token = ''] = await stack.newTokens(1)
  return during([stack.peer('quickstart'), stack.ours()], async ([sample, ours]) => {
    if (!sample || !ours) throw new Error('not started')
    const tables = []
    const savings = []
    const pair = [
      warm('FastMCP, an exchange per call', sample, { message: GREET, token }),
      warm('ours', ours, { message: GREET, token }),
    ]
    for (const latencyMs of LATENCIES_MS) {
      await stack.setLatency(latencyMs)
      const standings = await contest(pair, stack.plan)
      const title = `greet, authorization server at ${latencyMs} ms`
      tables.push({ title, rows: standings.map(rowOf) })
      savings.push(against(standings, 'ours'))
    }
    const alone = await contest(pair.map(oneConnection), stack.plan)
    await stack.setLatency(0)
    tables.push({ title: 'greet at 80 ms, one connection', rows: alone.map(rowOf) })
    return {
      tables,
      ratios: {
        exchange_saving_20ms: savings[0] ?? Number.NaN,
        exchange_saving_80ms: savings[1] ?? Number.NaN,
        one_connection_80ms: (alone[0]?.medianMs ?? 0) / (alone[1]?.medianMs ?? Number.NaN),
      },
    }
  })
}

function oneConnection({ load, ...contestant }: Contestant): Contestant {
  return { ...contestant, load: { ...load, connections: 1 } }
}

/** `greet` with tokens that nobody has seen: verified, exchanged and checked. */
export async function coldCalls(stack: Stack): Promise<Measured> {
  return during([stack.peer('quickstart'), stack.ours()], async ([sample, ours]) => {
    if (!sample || !ours) throw new Error('not started')
    const plan = { ...stack.plan, sliceMs: stack.plan.sliceMs / 2, warmUpMs: 500 }
    const mostCalls = 800 * (plan.rounds + 4) * (plan.sliceMs / 1_000)
    const tokens = await stack.newTokens(Math.ceil(mostCalls))
    const standings = await contest(
      [cold('FastMCP, an exchange per call', sample, tokens), cold('ours', ours, tokens)],
      plan,
    )
    const addedMs = await addedToOthers(stack, ours)
    return {
      tables: [{ title: 'greet, each call with a new token', rows: standings.map(rowOf) }],
      ratios: { cold_vs_sample: against(standings, 'ours'), cold_added_ms: addedMs },
    }
  })
}

/** Each call with the next token; a token of a slice before is never sent again. */
function cold(name: string, child: Child, tokens: readonly string[]): Contestant {
  let next = 0
  const tokenOf = (): string => {
    const token = tokens[next]
    next += 1
    if (token === undefined) throw new Error('There are too few tokens for this machine.')
    return token
  }
  return { name, child, load: { message: GREET, tokenOf } }
}

/** What a single cold call takes beyond the exchange and the call of the API themselves. */
async function addedToOthers(stack: Stack, ours: Child): Promise<number> {
  const calls = 60
  const tokens = await stack.newTokens(calls)
  const load = { origin: ours.origin, message: GREET, connections: 1, forMs: 60_000, calls }
  const { medianMs } = await closedLoop({ ...load, tokenOf: (call) => tokens[call] })
  return medianMs - (await timeOfOthers(stack, tokens))
}

async function timeOfOthers(stack: Stack, tokens: readonly string[]): Promise<number> {
  const waits = []
  for (const token of tokens) {
    const begun = performance.now()
    const exchanged = await fetch(`${stack.issuer.origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        ...{ client_id: 'mcp-server', client_secret: 'secret', scope: 'read:private' },
        ...{ audience: 'https://api.example/', subject_token: token },
      }),
    })
    const { access_token: accessToken } = (await exchanged.json()) as { access_token: string }
    const headers = { Authorization: `Bearer ${accessToken}` }
    await (await fetch(`${stack.api.origin}/api/private-scope`, { headers })).text()
    waits.push(performance.now() - begun)
  }
  return median(waits)
}

/** A hundred calls at once with a token that nobody has seen. */
export async function stampede(stack: Stack): Promise<Measured> {
  const connections = 100
  return during([stack.ours()], async ([ours]) => {
    if (!ours) throw new Error('not started')
    await stack.setLatency(20)
    const tokens = await stack.newTokens(2)
    const load = { origin: ours.origin, message: GREET, connections, forMs: 60_000 }
    await closedLoop({ ...load, calls: connections, tokenOf: () => tokens[0] })
    const before = (await stack.issuer.read()).count
    await closedLoop({ ...load, calls: connections, tokenOf: () => tokens[1] })
    const exchanges = (await stack.issuer.read()).count - before
    await stack.setLatency(0)
    return { tables: [], ratios: { stampede_exchanges: exchanges } }
  })
}
