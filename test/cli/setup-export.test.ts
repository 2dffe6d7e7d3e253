import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { newTenant } from '../../apps/authorization-server/testing/management/tenant.js'
import { run } from '../../cli/setup/run.js'
import { recordingIo } from '../helpers/command-io.js'
import { planInDeployCli } from './deploy-cli-plan.js'
import { EXCHANGING_CLIENT, planInTenant, type ExportedPlan } from './exported-plan.js'
import { API, useBench } from './setup-support.js'
import { planInTerraform } from './terraform-plan.js'

const used = useBench()

const ANN = 'ann@example.com'
const PLANS: readonly (readonly [title: string, argv: readonly string[]])[] = [
  ['On-Behalf-Of', []],
  ['On-Behalf-Of with the roles of the quickstart', ['--roles', 'quickstart']],
  [
    'On-Behalf-Of with a role that somebody gets, and both ways for clients to get in',
    [
      ...['--role', 'Reader=read:private', '--assign', `${ANN}=Reader`],
      ...['--clients', 'metadata,registration'],
    ],
  ],
  ['On-Behalf-Of for clients that are registered by hand', ['--clients', 'none']],
  ['On-Behalf-Of with a confirmation page', ['--clients', 'none', '--confirmation-page', 'always']],
  ['Custom Token Exchange', ['--profile', 'custom-token-exchange']],
  [
    'Custom Token Exchange with roles, one of them given to somebody, and a type of its own',
    [
      ...['--profile', 'custom-token-exchange', '--subject-token-type', 'urn:example:mcp'],
      ...['--roles', 'quickstart', '--assign', `${ANN}=Tool User`],
      ...['--api-scopes', 'read:private write:private', '--confirmation-page', 'fallback'],
    ],
  ],
]

interface Exported {
  readonly code: number
  readonly stdout: string
  readonly output: string
}

/** Runs an export without a tenant: every request fails. */
async function exportWith(argv: readonly string[], directory = '/nowhere'): Promise<Exported> {
  const io = recordingIo({
    directory,
    fetch: () => Promise.reject(new Error('a request')),
  })
  const common = ['--domain', 'example.eu.auth0.com', '--api-identifier', API]
  const code = await run([...common, ...argv], io)
  return { code, stdout: io.stdout(), output: io.output() }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'export-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

/** What `setup` itself makes of a new tenant. */
async function planBySetup(argv: readonly string[]): Promise<ExportedPlan> {
  used.standIn.tenant.users.push({ user_id: 'auth0|ann', email: ANN, roles: [] })
  const { code } = await used.bench.setup('--yes', ...argv)
  expect(code).toBe(0)
  return planInTenant(used.standIn.tenant, { before: newTenant() })
}

describe('setup --export terraform', () => {
  test.each(PLANS)('%s: Terraform reads the plan that setup itself makes', async (_title, argv) => {
    const { code, stdout, output } = await exportWith([...argv, '--export', 'terraform'])
    const made = await planBySetup(argv)
    const { authorization_response_iss_parameter_supported: iss, ...settings } = made.settings
    const { atDomainLevel } = made.connection
    expect(code).toBe(0)
    expect(planInTerraform(stdout)).toEqual({
      ...{ ...made, settings },
      connection: { ...made.connection, atDomainLevel: false },
    })
    // What the tool cannot do is said.
    expect(output.includes('authorization_response_iss_parameter_supported')).toBe(iss === true)
    expect(output.includes('to domain level')).toBe(atDomainLevel)
  })

  test('every text means itself, also one that Terraform would evaluate', async () => {
    const identifier = 'https://api.example.com/${path}/%{if}'
    const { stdout } = await exportWith([
      ...['--export', 'terraform', '--api-identifier', identifier, '--api-url', API],
      ...['--role', '${role}', '--assign', 'a${b}"c@example.com=${role}'],
    ])
    const plan = planInTerraform(stdout)
    expect(Object.keys(plan.apis)).toContain(identifier)
    expect(plan.roles).toMatchObject([{ name: '${role}' }])
    expect(stdout).not.toMatch(/(?<!\$)\$\{(?:path|role|b)\}/)
  })

  test('roles and users whose names come to the same for Terraform stay apart', async () => {
    const { stdout } = await exportWith([
      ...['--export', 'terraform', '--role', 'A B', '--role', 'a-b', '--role', '1'],
      ...['--assign', 'x.y@example.com=A B', '--assign', 'x_y@example.com=a-b'],
      ...['--assign', 'x_y@example.com=a b'],
    ])
    const { roles, members } = planInTerraform(stdout)
    expect(roles.map(({ name }) => name)).toEqual(['A B', 'a-b', '1'])
    expect(members).toEqual([
      'x.y@example.com: A B',
      'x_y@example.com: a-b',
      'x_y@example.com: a b',
    ])
  })

  test('a client that is there already is named, and not made', async () => {
    const { stdout, output } = await exportWith(['--export', 'terraform', '--client-id', 'portal'])
    const { grants } = planInTerraform(stdout)
    expect(stdout).not.toContain('"auth0_client"')
    expect(grants[0]).toMatchObject({ holder: 'portal' })
    expect(output).toContain('on_behalf_of_token_exchange')
  })
})

describe('setup --export deploy-cli', () => {
  test.each(PLANS)(
    '%s: deploy-cli reads the plan that setup itself makes',
    async (_title, argv) => {
      const directory = temporaryDirectory()
      const { code, output } = await exportWith(
        [...argv, '--export', 'deploy-cli', '--output', '.'],
        directory,
      )
      const made = await planBySetup(argv)
      const read = planInDeployCli(readFileSync(join(directory, 'tenant.yaml'), 'utf8'), (path) =>
        readFileSync(join(directory, path), 'utf8'),
      )
      expect(code).toBe(0)
      expect(withClientId(read)).toEqual({
        ...made,
        connection: { atDomainLevel: false, ofTheClient: false, ofThePageClient: false },
        members: [],
      })
      expect(output.includes('to domain level')).toBe(made.connection.atDomainLevel)
      expect(output.includes('for the exchanging client:')).toBe(made.connection.ofTheClient)
      expect(output.includes('for the client of the confirmation page:')).toBe(
        made.connection.ofThePageClient,
      )
      expect(output.includes(`to ${ANN}`)).toBe(made.members.length > 0)
      expect(output.includes('Import twice')).toBe(made.action !== undefined)
    },
  )

  /** The tool puts the id in the place of the keyword, as the file says. */
  function withClientId(plan: ExportedPlan): ExportedPlan {
    if (plan.action === undefined) return plan
    const text = JSON.stringify(plan.action)
    const action = text.replace('##MCP_AUTH0_CLIENT_ID##', EXCHANGING_CLIENT)
    return { ...plan, action: JSON.parse(action) as ExportedPlan['action'] }
  }

  test('no name ends a comment of the file', async () => {
    const { stdout } = await exportWith([
      ...['--export', 'deploy-cli', '--connection', 'a\nroles: [{name: b}]'],
    ])
    expect(stdout).not.toMatch(/^roles:/m)
  })

  test('several files are printed below their names', async () => {
    const { stdout } = await exportWith(['--export', 'deploy-cli', ...PROFILE])
    expect(stdout.match(/^==> .* <==$/gm)).toEqual([
      '==> tenant.yaml <==',
      '==> actions/custom-token-exchange.js <==',
    ])
  })
  const PROFILE = ['--profile', 'custom-token-exchange']
})

describe('setup --export', () => {
  test.each(PLANS)(
    '%s: what another tool has made is nothing that setup --remove would delete',
    async (_title, argv) => {
      const { stdout } = await exportWith([...argv, '--export', 'terraform'])
      const { apis, client, pageClient, roles, action, profile } = planInTerraform(stdout)
      const { tenant } = used.standIn
      tenant.resourceServers.push(
        ...Object.entries(apis).map(([identifier, { members, scopes }], index) => ({
          ...{ id: `api_${index}`, identifier, scopes },
          ...members,
        })),
      )
      tenant.clients.push({ client_id: 'made', ...client })
      if (pageClient !== undefined) tenant.clients.push({ client_id: 'of the page', ...pageClient })
      tenant.roles.push(
        ...roles.map((role, index) => ({ id: `rol_${index}`, permissions: [], ...role })),
      )
      if (action !== undefined && profile !== undefined) {
        tenant.actions.push(actionEntry(String(action['name'])))
        tenant.tokenExchangeProfiles.push({
          ...{ id: 'tep_1', name: String(profile['name']), action_id: 'act_1' },
          subject_token_type: String(profile['subjectTokenType']),
          type: 'custom_authentication',
        })
      }
      const before = structuredClone(tenant)
      const { code } = await used.bench.setup('--remove', '--yes', ...argv)
      expect(code).toBe(0)
      expect(tenant).toEqual(before)
    },
  )

  test.each(['terraform', 'deploy-cli'])('%s: holds no secret, and asks nobody', async (tool) => {
    const { code, output } = await exportWith(['--export', tool, '--roles', 'quickstart'])
    expect(code).toBe(0)
    expect(output).not.toMatch(/client_secret"?: "(?!\$\{)/)
  })

  test('files are for their owner alone, and those that say the same are left as they are', async () => {
    const directory = temporaryDirectory()
    const argv = ['--export', 'terraform', '--output', 'plan']
    const first = await exportWith(argv, directory)
    const path = join(directory, 'plan/main.tf.json')
    expect(first.output).toContain(`written   ${path}`)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const again = await exportWith(argv, directory)
    expect(again.code).toBe(0)
    expect(again.output).toContain(`in line   ${path}`)
  })

  test('a file that says something else stays until --force, and no other is written', async () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'actions'))
    const path = join(directory, 'actions/custom-token-exchange.js')
    writeFileSync(path, 'mine')
    const argv = ['--export', 'deploy-cli', '--profile', 'custom-token-exchange', '--output', '.']
    const refused = await exportWith(argv, directory)
    expect([refused.code, readFileSync(path, 'utf8')]).toEqual([1, 'mine'])
    expect(refused.output).toContain('--force')
    expect(() => statSync(join(directory, 'tenant.yaml'))).toThrow()
    const forced = await exportWith([...argv, '--force'], directory)
    expect(forced.code).toBe(0)
    expect(readFileSync(path, 'utf8')).toContain('onExecuteCustomTokenExchange')
  })

  test('--force replaces a link, and not what it leads to', async () => {
    const directory = temporaryDirectory()
    const target = join(directory, 'precious')
    writeFileSync(target, 'mine')
    symlinkSync(target, join(directory, 'main.tf.json'))
    const argv = ['--export', 'terraform', '--output', '.', '--force']
    expect((await exportWith(argv, directory)).code).toBe(0)
    expect(readFileSync(target, 'utf8')).toBe('mine')
  })

  test.each([
    [['--export', 'pulumi'], '--export must be'],
    [['--output', 'x'], '--output goes with --export'],
    [['--export', 'terraform', '--yes'], 'exclude each other'],
    [['--export', 'terraform', '--dry-run'], 'exclude each other'],
    [['--export', 'terraform', '--remove'], 'exclude each other'],
    [['--export', 'terraform', '--token-stdin'], 'exclude each other'],
    [['--export', 'terraform', '--output', ''], '--output must be'],
  ])('%j is wrong usage', async (argv, message) => {
    const { code, output } = await exportWith(argv)
    expect(code).toBe(2)
    expect(output.trimEnd().split('\n')).toHaveLength(1)
    expect(output).toContain(message)
  })
})

function actionEntry(name: string) {
  const content = { code: '', dependencies: [], runtime: 'node22', secrets: [] }
  return {
    ...{ id: 'act_1', name, draft: content, deployed: { ...content, number: 1 } },
    supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
    ...{ status: 'built' as const, readsUntilBuilt: 0, deploysItself: false },
    allChangesDeployed: true,
  }
}
