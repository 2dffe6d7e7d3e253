import type { Child } from '../children/child-process.js'
import { contest, ratioOf, type Standing } from '../load/contest.js'
import { callOf, listOf } from '../load/messages.js'
import { rowOf } from '../report/results.js'
import { during, warm, type Stack } from '../stack.js'
import type { Measured } from './measured.js'

const BASE = 'SDK v2, no auth'
const WITH_EVIDENCE = 'ours with audit and metrics'
/** Records and log lines go where they cost what they are, and no disk. Nobody reads the metrics. */
const OBSERVED = { AUDIT_SINK: '/dev/null', METRICS_PORT: '9' }
/** What a client of ours finds in the answers. */
export const WHOAMI = callOf('whoami', 'user|')
export const GREET = callOf('greet', 'Hello from the API')

interface Servers {
  readonly base: Child
  readonly verified: Child
  readonly v1: Child
  readonly bare: Child
  readonly ours: Child
  readonly open: Child
  readonly observed: Child
}

/** `whoami`, `greet` and the list, on connections that are open and with tokens that are known. */
export async function warmCalls(stack: Stack): Promise<Measured> {
  const [token = ''] = await stack.newTokens(1)
  const children = [
    stack.peer('sdk-v2'),
    stack.peer('sdk-v2', { auth: true }),
    stack.peer('sdk-v1'),
    stack.peer('bare-express'),
    stack.ours(),
    stack.ours({ security: false }),
    stack.ours({ environment: OBSERVED }),
  ]
  return during(children, async ([base, verified, v1, bare, ours, open, observed]) => {
    if (!base || !verified || !v1 || !bare || !ours || !open || !observed) {
      throw new Error('not started')
    }
    const servers = { base, verified, v1, bare, ours, open, observed }
    const whoami = await contest(whoamiOf(servers, token), stack.plan)
    const greet = await contest(greetOf(servers, token), stack.plan)
    const list = await contest(listsOf(servers, token), stack.plan)
    return {
      tables: [
        { title: 'whoami, 2025-11-25 client', rows: whoami.map(rowOf) },
        { title: 'greet, exchanged token kept (SDK: no work)', rows: greet.map(rowOf) },
        { title: 'tools/list, 3 tools', rows: list.map(rowOf) },
      ],
      ratios: {
        whoami_vs_sdk_mount: against(whoami, 'ours'),
        greet_vs_sdk_mount: against(greet, 'ours'),
        list_vs_sdk_mount: against(list, 'ours'),
        security_cost: against(whoami, 'ours', 'ours without its security'),
        observed_cost: against(whoami, WITH_EVIDENCE, 'ours without its security'),
      },
    }
  })
}

function whoamiOf({ base, verified, v1, bare, ours, open, observed }: Servers, token: string) {
  const message = WHOAMI
  return [
    warm(BASE, base, { message }),
    warm('SDK v2, requireBearerAuth and jose', verified, { message, token }),
    warm('SDK v1 stateless, no auth', v1, { message }),
    warm('bare Express, known token', bare, { message, token }),
    warm('ours', ours, { message, token }),
    warm('ours without its security', open, { message }),
    warm(WITH_EVIDENCE, observed, { message, token }),
  ]
}

function greetOf({ base, bare, ours, observed }: Servers, token: string) {
  return [
    warm(BASE, base, { message: WHOAMI }),
    warm('bare Express, known token', bare, { message: GREET, token }),
    warm('ours', ours, { message: GREET, token }),
    warm(WITH_EVIDENCE, observed, { message: GREET, token }),
  ]
}

function listsOf({ base, v1, ours }: Servers, token: string) {
  const message = listOf('get_datetime')
  return [
    warm(BASE, base, { message }),
    warm('SDK v1 stateless, no auth', v1, { message }),
    warm('ours', ours, { message, token }),
  ]
}

/** The same with clients of the revision of 2026. */
export async function callsOf2026(stack: Stack): Promise<Measured> {
  const [token = ''] = await stack.newTokens(1)
  const [whoami, greet] = [
    callOf('whoami', 'user|', '2026-07-28'),
    callOf('greet', 'Hello from the API', '2026-07-28'),
  ]
  return during([stack.peer('sdk-v2'), stack.ours()], async ([base, ours]) => {
    if (!base || !ours) throw new Error('not started')
    const standings = await contest(
      [
        warm(BASE, base, { message: whoami }),
        warm('ours, whoami', ours, { message: whoami, token }),
        warm('ours, greet', ours, { message: greet, token }),
      ],
      stack.plan,
    )
    return { tables: [{ title: '2026-07-28 client', rows: standings.map(rowOf) }], ratios: {} }
  })
}

/** A stranger's request: refused before anything is done for it. */
export async function refusals(stack: Stack): Promise<Measured> {
  return during([stack.peer('sdk-v2', { auth: true }), stack.ours()], async ([peer, ours]) => {
    if (!peer || !ours) throw new Error('not started')
    const refused = (name: string, child: typeof ours, answer: string) => ({
      name,
      child,
      load: { message: { ...WHOAMI, answer }, tokenOf: () => undefined, status: 401 },
    })
    const standings = await contest(
      [
        refused('SDK v2, requireBearerAuth and jose', peer, 'invalid_token'),
        refused('ours', ours, 'error'),
      ],
      stack.plan,
    )
    return {
      tables: [{ title: 'Refusal without a token', rows: standings.map(rowOf) }],
      ratios: {},
    }
  })
}

/** How one server compares with another; the first is the base. */
export function against(standings: readonly Standing[], name: string, base?: string): number {
  const found = standings.find((standing) => standing.name === name)
  const other =
    base === undefined ? standings[0] : standings.find((standing) => standing.name === base)
  if (found === undefined || other === undefined) throw new Error(`no such server: ${name}`)
  return ratioOf(found, other)
}
