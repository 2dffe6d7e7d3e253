import type { Answer, Attack } from './attack.js'

const STACK_TRACE = /\bat .{1,200}(?:\.[cm]?[jt]s|node:\w+):\d+/
/** What common proxies and clients take; beyond, they answer 502 in place of the server. */
const LARGEST_HEAD = 8_192
const LONGEST_HARMLESS_RUN = 23

export interface VerdictOptions {
  /** Takes any refusal for the right one: other servers than ours choose other statuses. */
  readonly anyRefusal?: boolean
}

/**
 * What is wrong with the answer to an attack; empty when it was refused as it should be.
 *
 * A connection that was closed without an answer counts as refused. Every further answer on it, to a request
 * that was smuggled in, has to be a refusal as well.
 */
export function faultsOf(
  attack: Attack,
  answer: Answer,
  { anyRefusal = false }: VerdictOptions = {},
): readonly string[] {
  if (answer.status === 'closed') return []
  if (answer.status === 429) return ['rate limited, which proves nothing: raise the limits']
  const { status, body } = attack.expected ?? {}
  const exact = status === undefined ? [] : [status].flat()
  const right = anyRefusal && exact.every(isRefusal) ? undefined : exact
  const [first, ...further] = answer.statuses
  const faults = further
    .filter((code) => code < 400 || code > 499)
    .map((code) => `a further request on the connection was answered ${code}`)
  if (first === undefined || (right === undefined ? !isRefusal(first) : !right.includes(first))) {
    const wanted = right === undefined ? '4xx' : right.join(' or ')
    faults.push(`answered ${String(first)}, not ${wanted}: ${answer.body.slice(0, 300)}`)
  }
  if (body !== undefined && right !== undefined && !body.test(answer.body)) {
    faults.push(`the body does not say ${String(body)}: ${answer.body.slice(0, 300)}`)
  }
  if (headSize(answer) > LARGEST_HEAD) faults.push('more headers than a proxy lets through')
  if (answer.raw.includes('evil.example')) faults.push("a name of the attacker's is repeated")
  if (STACK_TRACE.test(answer.body)) faults.push('the body shows a stack trace')
  if (answer.headers['x-injected'] !== undefined) faults.push('a header was injected')
  return faults
}

function headSize({ raw }: Answer): number {
  return Math.max(0, raw.indexOf('\r\n\r\n'))
}

/** Whether a status says that the request was bad: neither success, nor redirect, nor a fault of the server. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status <= 499
}

/**
 * The runs of 24 characters or more that a text has in common with credentials.
 *
 * Tokens are compared in pieces: a piece in a log line is as good as the whole to whoever collects them, and
 * header and claims together are the signing input.
 */
export function leaksIn(text: string, credentials: readonly string[]): readonly string[] {
  const runs = runsOf(text)
  return credentials.filter((credential) => [...runsOf(credential)].some((run) => runs.has(run)))
}

function runsOf(text: string): ReadonlySet<string> {
  const length = LONGEST_HARMLESS_RUN + 1
  const runs = new Set<string>()
  for (let start = 0; start + length <= text.length; start += 1) {
    runs.add(text.slice(start, start + length))
  }
  return runs
}
