import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as library from 'mcp-on-behalf-of'
import * as standalone from 'mcp-on-behalf-of/server'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.js'
import { compileErrors } from '../helpers/compile-errors.js'

/** The main exports, each with the file whose docstring has its example. */
const DOCUMENTED: readonly (readonly [name: string, file: string])[] = [
  ['onBehalfOf', 'src/on-behalf-of/on-behalf-of.ts'],
  ['composeServer', 'src/server/from-config.ts'],
  ['createApp', 'src/server/app.ts'],
  ['defineTool', 'src/tools/define-tool.ts'],
  ['authContextOf', 'src/identity/auth-context.ts'],
  ['downstreamOf', 'src/downstream/downstream-access.ts'],
  ['requireBearerAuth', 'middleware/require-bearer-auth.ts'],
  ['tokenExchange', 'middleware/token-exchange.ts'],
  ['toolScopes', 'middleware/tool-scopes.ts'],
  ['mcpRoute', 'routes/mcp.ts'],
  ['errorHandler', 'middleware/error-handler.ts'],
  ['createExchangePipeline', 'src/exchange/exchange-pipeline.ts'],
  ['createRfc8693Exchanger', 'src/exchange/rfc8693-exchanger.ts'],
  ['createJwtBearerVerifier', 'src/identity/jwt-bearer-verifier.ts'],
  ['Secret', 'src/secret.ts'],
]

/** What an example may use without declaring it. */
const GIVEN: Readonly<Record<string, string>> = {
  app: "import('express').Express",
  server: "import('@modelcontextprotocol/server').McpServer",
  createServer: "import('@modelcontextprotocol/server').McpServerFactory",
  protect: "import('express').RequestHandler",
  endpoint: 'URL',
  log: "import('mcp-on-behalf-of').Logger",
  issuer: "ReturnType<typeof import('mcp-on-behalf-of').createIssuer>",
  registry: "ReturnType<typeof import('mcp-on-behalf-of').createToolRegistry>",
  adapter: "import('mcp-on-behalf-of').TokenExchanger",
  exchanger: "import('mcp-on-behalf-of').TokenExchanger",
  greet: "import('mcp-on-behalf-of/server').Tool",
  options: "Omit<import('mcp-on-behalf-of/server').AppOptions, 'tools' | 'log'>",
}

/** The first example in front of an export of this name. */
function exampleOf(name: string, file: string): string {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const [, comment = ''] =
    new RegExp(
      `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\nexport (?:async )?(?:function|class) ${name}\\b`,
    ).exec(source) ?? []
  const [, example = ''] = comment.split('@example\n')
  return example.replaceAll(/^ \* ?/gm, '').trim()
}

/** A module of an example, with the imports and the values that it uses. */
function moduleOf(example: string): string {
  const uses = (name: string): boolean =>
    new RegExp(`(?<!(?<!\\.\\.)\\.|['\\w])${name}\\b`).test(example)
  const declares = (name: string): boolean =>
    new RegExp(`const (?:\\{[^}]*)?\\b${name}\\b[^=]*=`).test(example)
  const used = (names: readonly string[]) => names.filter((name) => uses(name) && !declares(name))
  const ofLibrary = used(Object.keys(library))
  const ofServer = used(Object.keys(standalone)).filter((name) => !ofLibrary.includes(name))
  return [
    `import { ${ofLibrary.join(', ')} } from 'mcp-on-behalf-of'`,
    `import { ${ofServer.join(', ')} } from 'mcp-on-behalf-of/server'`,
    ...(uses('z') ? ["import { z } from 'zod'"] : []),
    ...used(Object.keys(GIVEN)).map((name) => `declare const ${name}: ${GIVEN[name] ?? 'never'}`),
    example.replaceAll(/^const /gm, 'export const '),
  ].join('\n')
}

describe('the @example of a main export', () => {
  test.each(DOCUMENTED)('uses what it documents, and compiles: %s', (name, file) => {
    const example = exampleOf(name, file)
    expect(example).toMatch(new RegExp(`\\b${name}\\(`))
    expect(compileErrors(moduleOf(example))).toEqual([])
  })

  test('an example that does not compile is noticed', () => {
    expect(compileErrors(moduleOf('toolScopes({ acces: 1 })'))).not.toEqual([])
  })
})
