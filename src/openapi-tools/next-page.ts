import type { DownstreamContent } from '../downstream/downstream-client.js'
import { shown } from '../openapi/shown.js'
import type { CallPlan } from './argument-plan.js'

const MAX_HEADER = 4_000
const MAX_VALUE = 500

/**
 * How to get the next page, as the API's `Link` header says it (RFC 8288), in the arguments of the tool. Nothing where the
 * link has anything that is no argument: then it is not the same call.
 */
export function nextPage(answer: DownstreamContent, plan: CallPlan): readonly string[] {
  const link = answer.response.headers.get('link') ?? ''
  const target = nextTarget(link.slice(0, MAX_HEADER))
  if (target === undefined || !URL.canParse(target, 'http://api.invalid')) return []
  const query = new URL(target, 'http://api.invalid').searchParams
  const given = [...query].map(([wire, value]) => {
    const argument = plan.parameters.find(
      ({ parameter, fixed }) =>
        parameter.in === 'query' && parameter.name === wire && fixed === undefined,
    )
    return argument === undefined ? undefined : ([argument.name, value] as const)
  })
  const known = given.filter((one) => one !== undefined)
  const paging = known.filter(([name]) => plan.paging.includes(name))
  const [first] = paging
  if (first === undefined || paging.some(([, value]) => !isPlainValue(value))) return []
  const words = paging.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')
  answer.assertNoToken(words)
  return [`There is a next page: call again with ${words}, and the other arguments as they were.`]
}

/** Cursors and numbers of pages are; what has line ends or turns text round is written for the model. */
function isPlainValue(value: string): boolean {
  return value.length <= MAX_VALUE && shown(value, MAX_VALUE) === value
}

function nextTarget(header: string): string | undefined {
  for (const [, target, parameters = ''] of header.matchAll(/<([^<>]*)>((?:\s*;[^,<]*)*)/g)) {
    if (/;\s*rel\s*=\s*"?(?:[^";]*\s)?next(?:[\s";,]|$)/i.test(parameters)) return target
  }
  return undefined
}
