import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_IDENTIFIERS, loadDirectory } from '../../apps/authorization-server/directory.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { toolsFromOpenApi } from '../../src/openapi.js'
import { greet } from '../../src/tools/greet.js'
import { whoami } from '../../src/tools/whoami.js'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const [light, dark] = ['light', 'dark'].map((look) => read(`docs/images/two-hops-${look}.svg`))

const textsIn = (image = ''): readonly string[] =>
  [...image.matchAll(/<text [^>]*>([^<]+)<\/text>/g)].map(([, text = '']) => text)

describe('the picture of the scopes of a document', () => {
  const [day, night] = ['light', 'dark'].map((look) =>
    read(`docs/images/openapi-scopes-${look}.svg`),
  )

  test('the picture of the scopes says the same on light and on dark pages', () => {
    const withoutColours = (image = '') => image.replaceAll(/#[0-9a-f]{6}/g, '#')
    expect(withoutColours(night)).toBe(withoutColours(day))
    expect(night).not.toBe(day)
  })

  test('the picture of the scopes shows an operation of the development API as its document has it', () => {
    const { report } = toolsFromOpenApi(read('apps/downstream-api/openapi.yaml'), { api: 'api' })
    const tool = report.tools.find(({ name }) => name === 'createBooking')
    const texts = textsIn(day)
    const { method = '', path = '' } = tool?.operation ?? {}
    const scope = tool?.chosen.api.join(' ') ?? ''
    expect(tool?.chosen.server).toEqual(tool?.chosen.api)
    expect(texts).toEqual(
      expect.arrayContaining([
        ...[`${method} ${path}`, 'operationId: createBooking', `- account: [${scope}]`],
        ...['createBooking', scope, `403 insufficient_scope, ${scope}`],
      ]),
    )
    const [, alternative = ''] = /<img alt="([^"]+)"/.exec(read('docs/openapi.md')) ?? []
    const [, description = ''] = /<desc id="desc">([^<]+)<\/desc>/.exec(day ?? '') ?? []
    for (const text of [alternative, description]) {
      for (const value of ['createBooking', scope, 'insufficient_scope']) {
        expect(text).toContain(value)
      }
    }
  })
})

describe('the picture of the two hops', () => {
  test('says the same on light and on dark pages, in text that can be read and searched', () => {
    const withoutColours = (image = '') => image.replaceAll(/#[0-9a-f]{6}/g, '#')
    expect(withoutColours(dark)).toBe(withoutColours(light))
    expect(dark).not.toBe(light)
    expect(textsIn(light).length).toBeGreaterThan(20)
  })

  test('has a title and a description for those who cannot see it, with every value that it shows', () => {
    expect(light).toMatch(/<svg [^>]*role="img" aria-labelledby="title desc"/)
    expect(light).toMatch(/<title id="title">[^<]+<\/title>/)
    const [, description = ''] = /<desc id="desc">([^<]+)<\/desc>/.exec(light ?? '') ?? []
    const [, alternative = ''] = /<img alt="([^"]+)"/.exec(read('README.md')) ?? []
    for (const text of [description, alternative]) {
      for (const value of ['auth0|alice', 'mcp-server', 'read:private', 'tool:whoami']) {
        expect(text).toContain(value)
      }
    }
  })

  test('shows the audiences, the user, the actor and the scopes of the development set-up', () => {
    const texts = textsIn(light)
    const user = loadDirectory().users.find(({ username }) => username === 'alice')
    expect(texts).toEqual(
      expect.arrayContaining([
        DEFAULT_IDENTIFIERS.mcp,
        DEFAULT_IDENTIFIERS.api,
        [...whoami.requiredScopes, ...greet.requiredScopes].join(' '),
        greet.downstream.scopes.join(' '),
        'mcp-server, then the client',
      ]),
    )
    expect(texts.filter((text) => text === user?.user_id)).toHaveLength(2)
  })
})
