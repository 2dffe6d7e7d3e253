import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BOOKS } from '../../helpers/books-document.js'
import {
  bookingToken,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { mintSubject } from '../../helpers/tool-answer.js'
import { oauth2Components } from '../../integration/openapi/oauth2-components.js'

const text = { type: 'string' }
const DELETE_USERS = {
  openapi: '3.1.0',
  info: { title: 'Users', version: '1' },
  paths: {
    '/orgs/{org}/users/delete': {
      post: {
        operationId: 'deleteUsers',
        parameters: [{ name: 'org', in: 'path', required: true, schema: text }],
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                properties: {
                  labels: { type: 'array', items: text },
                  force: { type: 'boolean' },
                  users: { type: 'array', items: text },
                },
              },
            },
          },
        },
        security: [{ OAuth2: ['write'] }],
        responses: { 200: { description: 'Deleted' } },
      },
    },
  },
  components: oauth2Components({ write: 'Write' }),
}

async function serverOf(document: object) {
  const path = join(await mkdtemp(join(tmpdir(), 'asking-')), 'openapi.json')
  await writeFile(path, JSON.stringify(document))
  const server = await startConfirmingServer({ environment: { OPENAPI_DOCUMENT: path } })
  return { server, token: await mintSubject(server, { scope: 'write' }) }
}

describe('what a model writes', () => {
  test('hides no argument from the user: the path comes first, and each member of the body has a line', async () => {
    const { server, token } = await serverOf(DELETE_USERS)
    const body = { labels: Array.from({ length: 40 }, () => 'ok'), force: true, users: ['ceo'] }
    const args = { body, org: 'production' }
    const { question = '' } = await sendRound(server, { token, tool: 'deleteUsers', args })
    const lines = question.split('\n')
    expect(lines[4]).toBe('- `org`: `"production"`')
    expect(lines).toContain('- `body.force`: `true`')
    expect(lines).toContain('- `body.users[0]`: `"ceo"`')
    expect(question).toContain('… and 4 more values in `body.labels` that are not shown')
  })

  test('is refused, and nobody asked, where the names of its members leave no room', async () => {
    const { server, token } = await serverOf(DELETE_USERS)
    const fillers = Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`a${at}`, 'ok']))
    const args = { body: { ...fillers, users: ['ceo'] }, org: 'production' }
    const answer = await sendRound(server, { token, tool: 'deleteUsers', args })
    expect(answer).toMatchObject({ isError: true, question: undefined })
    expect(answer.text).toContain('Send fewer')
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records).toMatchObject([
      { outcome: 'invalid_argument', reason: 'not_all_shown' },
    ])
  })
})

describe('a call that cannot be made', () => {
  test.each([
    ['a dot segment', '..'],
    ['nothing', ''],
    ['two segments', 'a/b'],
    ['a control character', 'a\u0000'],
  ])('is refused before the user is asked: %s in the path', async (_name, bookingId) => {
    const server = await startConfirmingServer()
    const token = await bookingToken(server)
    const answer = await sendRound(server, { token, args: { bookingId } })
    expect(answer).toMatchObject({ isError: true, question: undefined, state: undefined })
    expect(answer.text).toContain('bookingId')
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records).toMatchObject([{ outcome: 'invalid_argument' }])
  })

  test('is refused before the user is asked: a call to repeat that was none', async () => {
    const { server, token } = await serverOf(BOOKS)
    const args = { retry_of: 'bogus' }
    const answer = await sendRound(server, { token, tool: 'book', args })
    expect(answer).toMatchObject({ isError: true, question: undefined })
    expect(answer.text).toContain('"retry_of" is no id')
    expect(reached(server)).toEqual([0, 0])
  })

  test('is refused before the user is asked on the page', async () => {
    const environment = { CONFIRMATION_PAGE: 'always' }
    const server = await startConfirmingServer({ environment })
    const token = await bookingToken(server)
    const answer = await sendRound(server, { token, args: { bookingId: '..' } })
    expect([answer.isError, answer.text]).toEqual([true, expect.not.stringContaining('/confirm/')])
    expect(server.audit.records).toMatchObject([{ outcome: 'invalid_argument' }])
  })
})

describe('a client that cannot ask', () => {
  test.each([
    ['a tool that would not ask', 'off'],
    ['a tool that asks in any case', 'writes'],
  ])(
    'is told that a policy wants the question, and what changes that: %s',
    async (_name, confirm) => {
      const server = await startConfirmingServer({
        environment: { OPENAPI_CONFIRM: confirm },
        policy: () => ({ decision: 'ask' }),
      })
      const token = await bookingToken(server)
      const answer = await sendRound(server, { token, capabilities: {} })
      expect(answer.isError).toBe(true)
      expect(answer.text).toMatch(
        /^A policy .* change CONFIRMATION_PAGE, MCP_SESSIONS or the policy/,
      )
      expect(answer.text).not.toContain('OPENAPI_CONFIRM')
      const hint = expect.stringContaining('have the policy allow this call') as string
      expect(server.log.named('tool_failed')).toMatchObject([{ fields: { hint } }])
    },
  )

  test('is told of the settings of the tool where the policy does not want the question', async () => {
    const server = await startConfirmingServer({ policy: () => ({ decision: 'allow' }) })
    const token = await bookingToken(server)
    const { text: told } = await sendRound(server, { token, capabilities: {} })
    expect(told).toContain('OPENAPI_CONFIRM or the confirm of this tool')
  })
})
