import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { silentLog } from '../../src/logging/logger.js'

interface HttpRequest {
  readonly title: string
  readonly status: number
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const text = readFileSync(join(ROOT, 'apps/development/requests.http'), 'utf8')
const [head = '', ...sections] = text.split(/^### /m)
const requests = sections.map(parseRequest)

function parseRequest(section: string): HttpRequest {
  const [, title = '', status = '', method = '', url = '', headers = '', body = ''] =
    /^(.+): (\d{3})\n(\w+) (\S+)\n((?:[\w-]+: .*\n)*)\n?([\s\S]*)$/.exec(section) ?? []
  return {
    ...{ title, status: Number(status), method, url, body: body.trim() },
    headers: Object.fromEntries(
      headers
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(/: (.*)/).slice(0, 2) as [string, string]),
    ),
  }
}

describe('apps/development/requests.http', () => {
  let stack: DevelopmentStack
  let fill: (text: string) => string

  beforeAll(async () => {
    stack = await startStack({ ports: { authorizationServer: 0, api: 0, mcp: 0 }, log: silentLog })
    const token = await obtainToken({
      ...{ username: 'alice', scope: 'tool:whoami tool:greet' },
      ...{ resource: stack.endpoint.href, issuer: stack.issuer },
    })
    fill = (written) =>
      written
        .replaceAll('{{endpoint}}', stack.endpoint.href)
        .replaceAll('{{token}}', token)
        .replaceAll('http://localhost:3001', stack.endpoint.origin)
        .replaceAll('http://localhost:8787/', stack.apiUrl.href)
        .replaceAll('http://localhost:9000/', stack.issuer)
  })

  afterAll(() => stack.close())

  test('says where the token comes from, and holds none', () => {
    expect(head).toContain('npm run --silent token -- --user alice')
    expect(head).toContain('@token = {{$processEnv TOKEN}}')
    expect(text).not.toContain('eyJ')
  })

  test.each(requests.map((request) => [request.title, request] as const))(
    'a request of requests.http is answered as its title says: %s',
    async (_title, { status, method, url, headers, body }) => {
      const filled = Object.entries(headers).map(([name, value]) => [name, fill(value)] as const)
      const response = await fetch(fill(url), {
        ...{ method, headers: Object.fromEntries(filled) },
        ...(body === '' ? {} : { body }),
      })
      const answer = await response.text()
      expect(response.status).toBe(status)
      expect(answer).not.toContain('"isError":true')
      expect(answer).not.toContain('"error":{')
    },
  )

  test('has a request for each kind of answer', () => {
    expect(requests.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 401]))
    expect(requests.length).toBeGreaterThan(6)
  })
})
