import type { DownstreamContent } from '../downstream/downstream-client.js'
import { shown } from '../openapi/shown.js'
import type { CallPlan } from './argument-plan.js'

const MAX_HEADER = 4_000
const MAX_VALUE = 500

/**
 * How to get the next page, as the API's `Link` header says it (RFC 8288), in the arguments of the tool.
 *
 * Empty unless the tool can make that very call: the link leads to the address that was called, and each difference in the
 * query is the plain value of an argument, or the absence of an optional one. Links of an `anchor` are about something else.
 */
export function nextPage(answer: DownstreamContent, plan: CallPlan): readonly string[] {
  const link = answer.response.headers.get('link') ?? ''
  const target = nextTarget(link.slice(0, MAX_HEADER))
  const { url } = answer
  if (target === undefined || !URL.canParse(target, url.href)) return []
  const next = new URL(target, url)
  if (next.origin !== url.origin || next.pathname !== url.pathname) return []
  const changes = changedArguments(url.searchParams, next.searchParams, plan)
  const given = changes.filter(({ value }) => value !== undefined)
  if (given.length === 0 || !changes.every(isPossible)) return []
  const left = changes.filter(({ value }) => value === undefined)
  const words = [
    `with ${given.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(', ')}`,
    ...left.map(({ name }) => `without ${name}`),
  ].join(', ')
  answer.assertNoToken(words)
  return [`There is a next page: call again ${words}, and the other arguments as they were.`]
}

/** An argument that is another one in the call of the next page; `name` is `undefined` where no argument makes the difference. */
interface Change {
  readonly name: string | undefined
  readonly value: string | undefined
  readonly required: boolean
}

function isPossible({ name, value, required }: Change): boolean {
  if (name === undefined) return false
  return value === undefined ? !required : isPlainValue(value)
}

function changedArguments(
  called: URLSearchParams,
  next: URLSearchParams,
  { parameters }: CallPlan,
): readonly Change[] {
  const wires = [...new Set([...next.keys(), ...called.keys()])]
  const changed = wires.filter(
    (wire) => JSON.stringify(called.getAll(wire)) !== JSON.stringify(next.getAll(wire)),
  )
  return changed.map((wire): Change => {
    const [value, second] = next.getAll(wire)
    const argument = parameters.find(
      ({ parameter, fixed }) =>
        parameter.in === 'query' && parameter.name === wire && fixed === undefined,
    )
    const name = second === undefined ? argument?.name : undefined
    return { name, value, required: argument?.parameter.required ?? false }
  })
}

/** Cursors and numbers of pages are; what has line ends or turns text round is written for the model. */
function isPlainValue(value: string): boolean {
  return value.length <= MAX_VALUE && shown(value, MAX_VALUE) === value
}

function nextTarget(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^<>]*)>((?:\s*;[^,<]*)*)/g)) {
    if (/;\s*anchor\s*=/i.test(parameters)) continue
    if (/;\s*rel\s*=\s*"?(?:[^";]*\s)?next(?:[\s";,]|$)/i.test(parameters)) return target
  }
  return undefined
}
