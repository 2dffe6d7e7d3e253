import { readFileSync } from 'node:fs'
import { leaks } from '../helpers/leak-scan.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { readRequirements, REVISIONS } from './requirements.js'
import type { ConformanceStack } from './stack.js'

/** Something that has to be so for the suite's verdict to be one on our stack. */
export interface Proof {
  readonly name: string
  readonly holds: boolean
}

/** That nobody is let in without the token that the proxy adds. */
export async function proofsBefore({
  endpoint,
  signIn,
}: Pick<ConformanceStack, 'endpoint' | 'signIn'>): Promise<readonly Proof[]> {
  const call = callTool('test_simple_text')
  const anonymous = await postMcp(endpoint, call)
  const narrow = await postMcp(endpoint, call, { token: await signIn(['conformance:stream']) })
  const challenge = narrow.get('www-authenticate') ?? ''
  return [
    { name: 'without a token, nobody is let in', holds: anonymous.status === 401 },
    {
      name: 'without the scope of a tool, nobody calls it',
      holds: narrow.status === 403 && challenge.includes('insufficient_scope'),
    },
  ]
}

/** That the run went through the host check, the exchange and the API, and that nothing leaked into the log. */
export function proofsAfter({ log, apiCalls, tokensFetched }: ConformanceStack): readonly Proof[] {
  const foreign = log
    .named('request_refused')
    .filter(({ fields }) => fields['reason'] === 'host_not_allowed')
  return [
    {
      name: 'the host check refused a foreign Host in each revision',
      holds: foreign.length >= REVISIONS.length,
    },
    { name: 'tokens were exchanged', holds: log.named('token_exchanged').length > 0 },
    {
      name: 'the API was called, each time as the signed-in user',
      holds: apiCalls.length > 0 && apiCalls.every((subject) => subject === 'auth0|alice'),
    },
    { name: 'the token was renewed on the way', holds: tokensFetched() > 1 },
    {
      name: 'each auth scenario required of a client is named in client-expectations.test.ts',
      holds: unnamedClientScenarios().length === 0,
    },
    { name: 'no log line has a token or a secret', holds: leaks().length === 0 },
  ]
}

const EXPECTATIONS = new URL('./client-expectations.test.ts', import.meta.url)

function unnamedClientScenarios(): readonly string[] {
  const words = readFileSync(EXPECTATIONS, 'utf8').split(/[^a-z0-9/-]+/)
  return REVISIONS.flatMap((revision) => readRequirements(revision).clientAuth).filter(
    (scenario) => !words.includes(scenario),
  )
}
