import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config.js'
import { toolsOfDocument } from '../../../src/server/document-tools.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faults-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function put(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

/** What is wrong with a document and its curation, as one text. */
async function issuesOf(document: string, curation: string): Promise<readonly string[]> {
  const openapi = { document, documentName: 'openapi.json', curation, toolPrefix: undefined }
  const api = { baseUrl: undefined, openapi, names: { api: 'API' } as never }
  const made = toolsOfDocument('api', api, { fetch, reservedNames: [] })
  const error: unknown = await made.catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ConfigError)
  return (error as ConfigError).issues.map(({ key, hint }) => `${key}: ${hint}`)
}

const WRONG_CURATION = 'listThings:\n  hiden: true\n'

test.each([
  ['a document of another version', '{ "swagger": "2.0" }', /openapi\.json:1: .*Swagger 2\.0/],
  ['no document', undefined, /names a document that does not exist/],
])('A fault of the curation does not hide those of %s', async (_what, text, expected) => {
  const document = text === undefined ? join(directory, 'none.json') : put('openapi.json', text)
  const issues = await issuesOf(document, put('curation.yaml', WRONG_CURATION))
  expect(issues).toEqual([
    expect.stringMatching(/curation\.yaml:2, listThings\.hiden: .*Did you mean hidden/),
    expect.stringMatching(expected),
  ])
})

test('A fault of the curation does not bring faults that it may be there to cure', async () => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    paths: { '/things': { get: { operationId: 'listThings' } } },
  }
  const path = put('openapi.json', JSON.stringify(document))
  const issues = await issuesOf(path, put('curation.yaml', WRONG_CURATION))
  expect(issues).toEqual([expect.stringContaining('listThings.hiden')])
  const unread = await issuesOf(path, join(directory, 'none.yaml'))
  expect(unread).toEqual(['curation: names a file that cannot be read. Check path and permissions'])
})
