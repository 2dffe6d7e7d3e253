import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TestResponse } from '../../helpers/mcp-requests.js'
import {
  ARGUMENTS,
  ERAS,
  OPERATIONS,
  postCall,
  SCOPES,
  startSearchServer,
  through,
  type Era,
  type OperationName,
} from '../../helpers/search-server.js'
import type { TestServer } from '../../helpers/start-mcp-server.js'

const NAMES = Object.keys(OPERATIONS) as OperationName[]

/** Everything that a call leads to, but for what is new with every call. */
async function outcomeOf(
  server: TestServer,
  call: {
    readonly token: string
    readonly era: Era
    readonly name: string
    readonly args: unknown
  },
): Promise<unknown> {
  const before = {
    exchanges: server.issuer.tokenRequests.length,
    api: server.api.requests.length,
    records: server.audit.records.length,
    lines: server.log.named('request_ended').length,
    refused: server.log.named('request_refused').length,
  }
  const response = await postCall(server, call)
  const records = server.audit.records.slice(before.records)
  return {
    answer: answerOf(response),
    exchanges: server.issuer.tokenRequests
      .slice(before.exchanges)
      .map(({ parameters }) => [parameters.get('scope'), parameters.get('audience')]),
    api: server.api.requests.slice(before.api).map(({ method, url }) => `${method} ${url}`),
    records: records.map(
      ({ tool, operation, outcome, reason, decision, missingScopes, argumentsSha256 }) => [
        ...[tool, operation, outcome, reason, decision, missingScopes, argumentsSha256],
      ],
    ),
    lines: server.log
      .named('request_ended')
      .slice(before.lines)
      .map(({ level, fields: { tool, outcome, status } }) => [level, tool, outcome, status]),
  }
}

function answerOf({ status, headers, text }: TestResponse): unknown {
  const same = text
    .replace(/"id":\d+/, '"id":0')
    .replace(/reference: [\w-]+/g, 'reference')
    .replace(/"request_?[iI]d":"[^"]+"/, '"requestId":""')
    .replace(/request [\w-]{36}/, 'request')
  return { status, challenge: headers['www-authenticate'], text: same }
}

const callers = fc.record({
  scopes: fc.subarray([...SCOPES]),
  permissions: fc.option(fc.subarray([...SCOPES]), { nil: undefined }),
})
const cases = fc.record({
  caller: callers,
  name: fc.constantFrom(...NAMES),
  era: fc.constantFrom(...ERAS),
  good: fc.boolean(),
})

interface Case {
  readonly caller: {
    readonly scopes: readonly string[]
    readonly permissions: readonly string[] | undefined
  }
  readonly name: OperationName
  readonly era: Era
  readonly good: boolean
}

/** Whether a user may have the operation at all. */
function isPermitted({ caller: { permissions }, name }: Case): boolean {
  const ways: readonly (readonly string[])[] = OPERATIONS[name]
  return ways.some((way) => way.every((scope) => permissions?.includes(scope) ?? true))
}

async function mintFor(server: TestServer, { caller }: Case): Promise<string> {
  const { scopes, permissions } = caller
  return server.mint({
    scope: ['openid', ...scopes].join(' '),
    ...(permissions === undefined ? {} : { permissions }),
  })
}

describe('calls through call_operation', () => {
  test.each(['show', 'hide'] as const)(
    'a call through call_operation comes out as the direct call of a tool that the caller may see, and otherwise as the call of none, with LOCKED_TOOLS=%s',
    async (locked) => {
      const server = await startSearchServer({ environment: { LOCKED_TOOLS: locked } })
      const property = fc.asyncProperty(cases, async (one: Case) => {
        const { name, era, good } = one
        const args = good ? ARGUMENTS[name] : { wrong: 1 }
        const call = { era, name: 'call_operation', args: through(name, args) }
        const visible = isPermitted(one) && (locked === 'show' || isAllowed(one))
        const [first, second] = [await mintFor(server, one), await mintFor(server, one)]
        const got = await outcomeOf(server, { ...call, token: first })
        const expected = visible
          ? await outcomeOf(server, { era, name, args, token: second })
          : await outcomeOf(server, { ...call, args: through('no_such', args), token: second })
        expect(withoutDigest(got, visible)).toEqual(withoutDigest(expected, visible))
      })
      await fc.assert(property, { numRuns: 40, endOnFailure: true })
    },
  )
})

function isAllowed(one: Case): boolean {
  const ways: readonly (readonly string[])[] = OPERATIONS[one.name]
  const { scopes, permissions } = one.caller
  return ways.some((way) =>
    way.every((s) => scopes.includes(s) && (permissions?.includes(s) ?? true)),
  )
}

/** The digest of the arguments of a call that names another operation is another. */
function withoutDigest(outcome: unknown, keep: boolean): unknown {
  if (keep) return outcome
  const { records, ...others } = outcome as { records: readonly (readonly unknown[])[] }
  return { ...others, records: records.map((record) => record.slice(0, -1)) }
}
