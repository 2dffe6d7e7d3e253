import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newTenant } from '../../apps/authorization-server/testing/management/tenant.js'
import { run } from '../../cli/setup/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { oauth2Components } from '../integration/openapi/oauth2-components.js'
import { planInDeployCli } from './deploy-cli-plan.js'
import { planInTenant } from './exported-plan.js'
import { API, useBench } from './setup-support.js'
import { planInTerraform } from './terraform-plan.js'

/** Terraform would evaluate it, were it not for escapes. */
const DESCRIPTION = 'See trips, ${path} and %{if}'
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Trips', version: '1' },
  paths: {
    '/trips': {
      get: {
        operationId: 'listTrips',
        security: [{ OAuth2: ['read:trips'] }],
        responses: { 200: { description: 'Fine' } },
      },
    },
  },
  components: oauth2Components({ 'read:trips': DESCRIPTION }),
}

const used = useBench()
let directory: string
let argv: readonly string[]

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'export-'))
  const path = join(directory, 'openapi.json')
  writeFileSync(path, JSON.stringify(DOCUMENT))
  argv = ['--openapi', path, '--role', 'Traveller']
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** Runs an export without a tenant: every request fails. */
async function exportWith(...options: readonly string[]): Promise<string> {
  const io = recordingIo({ directory, fetch: () => Promise.reject(new Error('a request')) })
  const common = ['--domain', 'example.eu.auth0.com', '--api-identifier', API]
  expect(await run([...common, ...argv, ...options], io)).toBe(0)
  return io.stdout()
}

/** What `setup` itself makes of a new tenant. */
async function apisBySetup() {
  expect((await used.bench.setup('--yes', ...argv)).code).toBe(0)
  const { apis } = planInTenant(used.standIn.tenant, { before: newTenant() })
  expect(apis[API]?.scopes).toEqual([{ value: 'read:trips', description: DESCRIPTION }])
  return apis
}

describe('setup --openapi --export', () => {
  test('gives Terraform the descriptions of the scopes, as setup makes them', async () => {
    const text = await exportWith('--export', 'terraform')
    expect(planInTerraform(text).apis).toEqual(await apisBySetup())
  })

  test('gives them to deploy-cli', async () => {
    await exportWith('--export', 'deploy-cli', '--output', '.')
    const text = readFileSync(join(directory, 'tenant.yaml'), 'utf8')
    expect(planInDeployCli(text, () => '').apis).toEqual(await apisBySetup())
  })
})
