import { expect, test } from 'vitest'
import { compileErrors } from '../../helpers/compile-errors.js'

const program = (api: string, rest = ''): string => `
  import { onBehalfOf, Secret } from 'mcp-on-behalf-of'
  ${rest}
  export const given = onBehalfOf({
    endpoint: new URL('https://mcp.example/mcp'),
    issuer: 'https://issuer.example/',
    client: { id: 'mcp-server', secret: new Secret('secret') },
    apis: { api: { audience: 'https://api.example/', baseUrl: new URL('https://api.example') } },
    tools: ${api},
    baselineScopes: [],
  })
`
const tool = (api: string): string =>
  `[{ name: 'greet', requiredScopes: [], downstream: { api: '${api}', scopes: [] } }]`

test('[A11] a tool that declares an API which is none of apis does not compile', () => {
  expect(compileErrors(program(tool('apii')))).toEqual([
    expect.stringContaining("Property 'apii' is missing"),
  ])
  expect(compileErrors(program(tool('api')))).toEqual([])
})

test('lockedTools among the options of onBehalfOf does not compile, also as part of a whole policy', () => {
  const withAccess = (access: string, rest = '') =>
    compileErrors(
      program(tool('api'), rest).replace('baselineScopes: []', `baselineScopes: [], ${access}`),
    )
  expect(withAccess("access: { lockedTools: 'show' }")).toEqual([expect.stringContaining('TS2322')])
  const policy = "declare const access: import('mcp-on-behalf-of').AccessPolicy"
  expect(withAccess('access', policy)).toEqual([expect.stringContaining('lockedTools')])
  expect(withAccess("access: { stepUpScopes: 'required' }")).toEqual([])
})

test('[A11] a list of tools whose type is no more than that compiles', () => {
  const list = `const tools: readonly import('mcp-on-behalf-of').ToolRequirements[] = ${tool('api')}`
  expect(compileErrors(program('tools', list))).toEqual([])
})
