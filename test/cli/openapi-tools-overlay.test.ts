import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../cli/tools/run.js'
import { recordingIo } from '../helpers/command-io.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'overlay-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** What docs/openapi.md has in front of the command. */
const OVERLAY = /```yaml\n(# overlay\.yaml\n[^`]*)```/.exec(
  readFileSync(new URL('../../docs/openapi.md', import.meta.url), 'utf8'),
)?.[1]

const DOCUMENT = `openapi: 3.1.0
info: { title: Trips, version: '1' }
paths:
  /trips:
    get: { operationId: listTrips, responses: { '200': { description: Fine } } }
    post: { operationId: createTrip, responses: { '200': { description: Fine } }, security: [{ OAuth2: [] }] }
  /trips/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    delete: { operationId: deleteTrip, responses: { '204': { description: Gone } } }
security: [{ OAuth2: ['read:trips'] }]
components:
  securitySchemes:
    OAuth2:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://issuer.example/authorize
          tokenUrl: https://issuer.example/token
          scopes: { 'read:trips': Read trips, 'write:trips': Write trips }
`

async function tools(...more: readonly string[]) {
  const [document, overlay] = [join(directory, 'openapi.yaml'), join(directory, 'overlay.yaml')]
  writeFileSync(document, DOCUMENT)
  writeFileSync(overlay, OVERLAY ?? '')
  const io = recordingIo({ directory, fetch: () => Promise.reject(new Error('no network')) })
  const code = await run(['--openapi', document, ...more, '--json'], io)
  return { code, stdout: io.stdout() }
}

test('the overlay of the page removes a tool, renames another and narrows the scopes of a third', async () => {
  const before = await tools()
  expect(before.stdout).toContain('deleteTrip')
  const { code, stdout } = await tools('--overlay', join(directory, 'overlay.yaml'))
  expect(code).toBe(0)
  expect(stdout).not.toContain('deleteTrip')
  expect(stdout).toContain('list_my_trips')
  const { tools: listed } = JSON.parse(stdout) as { tools: readonly { name: string }[] }
  expect(JSON.stringify(listed.find(({ name }) => name === 'createTrip'))).toMatch(/write:trips/)
})

test('an overlay that cannot be applied ends the command, and is named', async () => {
  const broken = join(directory, 'broken.yaml')
  writeFileSync(broken, 'overlay: 1.0.0\ninfo: { title: Broken, version: 1.0.0 }\nactions: 5\n')
  const io = recordingIo({ directory, fetch: () => Promise.reject(new Error('no network')) })
  const document = join(directory, 'openapi.yaml')
  writeFileSync(document, DOCUMENT)
  expect(await run(['--openapi', document, '--overlay', broken], io)).toBe(1)
  expect(io.output()).toContain('broken.yaml')
})
