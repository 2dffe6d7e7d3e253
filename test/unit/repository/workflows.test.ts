import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

const ROOT = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8')

const PERMISSIONS = z.record(z.string(), z.enum(['read', 'write', 'none']))

const STEP = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
})

const JOB = z.looseObject({
  permissions: PERMISSIONS.optional(),
  uses: z.string().optional(),
  steps: z.array(STEP).default([]),
  'timeout-minutes': z.number().optional(),
})

const WORKFLOW = z.looseObject({ permissions: PERMISSIONS, jobs: z.record(z.string(), JOB) })

const FORM = z.looseObject({
  name: z.string().min(1),
  description: z.string().min(1),
  body: z.array(
    z.looseObject({
      type: z.enum(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes']),
      id: z.string().optional(),
      attributes: z.looseObject({ label: z.string().optional() }),
    }),
  ),
})

const names = readdirSync(new URL('.github/workflows/', ROOT))
const workflows = names.map(
  (name) => [name, WORKFLOW.parse(parse(read(`.github/workflows/${name}`)))] as const,
)
const jobs = workflows.flatMap(([name, workflow]) =>
  Object.entries(workflow.jobs).map(
    ([job, definition]) => [`${name}, ${job}`, definition, workflow.permissions] as const,
  ),
)
const steps = jobs.flatMap(([name, { steps: own }]) => own.map((step) => ({ ...step, job: name })))
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** The npm scripts that a shell text runs. */
function scriptsRunBy(text: string): readonly string[] {
  const runs = text.matchAll(/\bnpm (?:run (?:--\S+ )*([\w:-]+)|(test|start)\b)/g)
  return [...runs].map(([, named, short]) => named ?? short ?? '')
}

describe('the workflows', () => {
  test('the workflows are the one for every change and the one for a release', () => {
    expect(names.sort()).toEqual(['ci.yml', 'release.yml'])
  })

  test('the workflows run no npm script that is missing, .ci/run included', () => {
    const texts = [read('.ci/run'), ...steps.map(({ run = '' }) => run)]
    const called = texts.flatMap(scriptsRunBy)
    expect(called).toEqual(expect.arrayContaining(['test', 'demo', 'test:package']))
    expect(called.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  test('the workflows pin every action of others to a commit, with the version beside it', () => {
    const lines = names.flatMap((name) => read(`.github/workflows/${name}`).split('\n'))
    const uses = lines.filter((line) => /\buses:/.test(line))
    expect(uses.length).toBeGreaterThan(5)
    const pinned = /uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/
    expect(uses.filter((line) => !pinned.test(line) && !line.includes('uses: ./'))).toEqual([])
  })

  test.each(jobs)(
    'the workflows give the job “%s” no more rights than it names',
    (_name, job, inherited) => {
      const granted = job.permissions ?? inherited
      const written = Object.entries(granted).filter(([, right]) => right === 'write')
      const publishes = job.steps.some(({ uses = '', run = '' }) =>
        /npm publish|cosign sign|build-push-action/.test(`${uses} ${run}`),
      )
      expect(Object.keys(granted)).toContain('contents')
      expect(granted['contents']).toBe('read')
      expect(written.length > 0).toBe(publishes)
    },
  )

  test('the workflows keep no credentials of the checkout for later steps, and end a job that hangs', () => {
    const checkouts = steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
    expect(checkouts.length).toBeGreaterThan(2)
    expect(checkouts.filter((step) => step.with['persist-credentials'] !== false)).toEqual([])
    const endless = jobs.filter(
      ([, job]) => job.uses === undefined && job['timeout-minutes'] === undefined,
    )
    expect(endless.map(([name]) => name)).toEqual([])
  })

  test('a release publishes with provenance, and signs the image that has a bill of materials', () => {
    const release = steps.filter(({ job }) => job.startsWith('release.yml'))
    const commands = release.map(({ run = '' }) => run).join('\n')
    expect(commands).toContain('npm publish --provenance')
    expect(commands).toContain('cosign sign --yes "$IMAGE@$DIGEST"')
    const build = release.find(({ uses = '' }) => uses.startsWith('docker/build-push-action@'))
    expect(build?.with).toMatchObject({ sbom: true, provenance: 'mode=max', target: 'mcp-server' })
  })

  test('a release waits for .ci/run on the oldest and the newest Node', () => {
    const { ci: called, ...others } = Object.fromEntries(workflows)['release.yml']?.jobs ?? {}
    expect(called?.uses).toBe('./.github/workflows/ci.yml')
    expect(Object.values(others).map((job) => job['needs'])).toEqual(['ci', 'ci'])
    const ci = Object.fromEntries(workflows)['ci.yml']?.jobs['run']
    expect(ci?.['strategy']).toMatchObject({ matrix: { node: ['20', '24'] } })
    expect(ci?.steps.map(({ run }) => run)).toContain('.ci/run')
  })
})

describe('the forms for issues', () => {
  const forms = readdirSync(new URL('.github/ISSUE_TEMPLATE/', ROOT)).filter(
    (name) => name !== 'config.yml',
  )

  test.each(forms)('%s is one that GitHub takes, with every id once', (name) => {
    const { body } = FORM.parse(parse(read(`.github/ISSUE_TEMPLATE/${name}`)))
    const asked = body.filter(({ type }) => type !== 'markdown')
    expect(asked.every(({ attributes }) => attributes.label !== undefined)).toBe(true)
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
  })

  test('the one for bugs asks for the output of the doctor', () => {
    expect(read('.github/ISSUE_TEMPLATE/bug.yml')).toContain('mcp-on-behalf-of doctor --json')
  })
})

test('Dependabot looks after every lock file, the images and the actions', () => {
  const { updates } = z
    .object({
      updates: z.array(
        z.looseObject({
          'package-ecosystem': z.string(),
          directories: z.array(z.string()).optional(),
        }),
      ),
    })
    .parse(parse(read('.github/dependabot.yml')))
  expect(updates.map((update) => update['package-ecosystem'])).toEqual([
    'npm',
    'docker',
    'github-actions',
  ])
  const locks = execFileSync('git', ['ls-files', '*package-lock.json'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const folders = locks
    .trim()
    .split('\n')
    .map((path) => `/${path}`.replace(/\/package-lock\.json$/, '') || '/')
  expect(updates[0]?.directories?.toSorted()).toEqual(folders.sort())
})
