import { randomUUID } from 'node:crypto'
import type { Scenario } from './scenario.js'
import { callOf, eitherRevision, messageOf, type Visit } from './visit.js'

/** Calls that succeed, or fail at the API. */
export const CALLS: readonly Scenario[] = [
  {
    ...{ name: 'tool without the API', weight: 20 },
    async run(visit) {
      await call(visit, { tool: 'whoami', text: `"sub":"${visit.user.subject}"` })
    },
  },
  {
    ...{ name: 'tool that needs no scope', weight: 4 },
    async run(visit) {
      await call(visit, { tool: 'get_datetime', text: '"isError":false', lax: true })
    },
  },
  {
    ...{ name: 'tool with the API', weight: 20 },
    async run(visit) {
      await call(visit, { tool: 'greet', text: 'Hello from the API' })
    },
  },
  {
    ...{ name: 'list of tools', weight: 6 },
    async run(visit) {
      const message = messageOf('tools/list', {}, eitherRevision())
      const token = await visit.user.token()
      await visit.ask({ message, token }, { status: 200, text: '"name":"create_thing"' })
    },
  },
  {
    ...{ name: 'OpenAPI tool, one thing', weight: 10 },
    async run(visit) {
      const id = randomUUID()
      await call(visit, { tool: 'get_thing', args: { id }, text: id })
    },
  },
  {
    ...{ name: 'OpenAPI tool, a list', weight: 5 },
    async run(visit) {
      await call(visit, { tool: 'list_things', text: visit.user.subject })
    },
  },
  {
    ...{ name: 'OpenAPI tool that writes', weight: 5 },
    async run(visit) {
      const id = randomUUID()
      await call(visit, { tool: 'create_thing', args: { body: { id } }, text: id })
    },
  },
  {
    ...{ name: 'the API has no such thing', weight: 2 },
    async run(visit) {
      const args = { id: `missing-${randomUUID()}` }
      await call(visit, { tool: 'get_thing', args, text: ERROR, outcome: 'downstream_failed' })
    },
  },
  {
    ...{ name: 'the API fails', weight: 2 },
    async run(visit) {
      const args = { id: `broken-${randomUUID()}` }
      await call(visit, { tool: 'get_thing', args, text: ERROR, outcome: 'downstream_unavailable' })
    },
  },
  {
    ...{ name: 'arguments that do not fit', weight: 2 },
    async run(visit) {
      await call(visit, { tool: 'get_thing', args: { id: 7 }, outcome: 'invalid_arguments' })
    },
  },
  {
    ...{ name: 'unknown tool', weight: 1 },
    async run(visit) {
      await call(visit, { tool: 'no_such_tool', text: '"error"', outcome: 'unknown_tool' })
    },
  },
]

const ERROR = '"isError":true'

interface Call {
  readonly tool: string
  readonly args?: object
  readonly text?: string
  readonly outcome?: string
  readonly lax?: boolean
}

async function call(
  visit: Visit,
  { tool, args = {}, text, outcome = 'ok', lax = false }: Call,
): Promise<void> {
  const { user } = visit
  const message = callOf(tool, args, eitherRevision())
  const record = { tool, subject: user.subject, outcomes: [outcome] }
  const expected = { status: 200, text: lax ? undefined : text, record }
  await visit.ask({ message, token: await user.token() }, expected)
}
