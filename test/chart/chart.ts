import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { RENDERER } from '../../scripts/ensure-chart-renderer.js'

export const CHART = fileURLToPath(new URL('../../charts/mcp-on-behalf-of', import.meta.url))
/** The packages that the root of the project does not have. */
export const toolbox = createRequire(new URL('toolbox/package.json', import.meta.url))

/** What a user of the chart sets. */
export type ChartValues = Readonly<Record<string, unknown>>

/** An object of Kubernetes; tests look into it by paths. */
export type KubernetesObject = z.infer<typeof OBJECT>

const OBJECT = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})

/** What every user has to set. */
export const LEAST: ChartValues = {
  url: 'https://mcp.example.com',
  store: { url: 'redis://redis:6379', keySecret: { name: 'mcp', key: 'store-key' } },
}

interface AjvLike {
  compile(schema: unknown): ((values: unknown) => boolean) & { readonly errors?: readonly Fault[] }
}

interface Fault {
  readonly instancePath: string
  readonly message?: string
}

const { default: Ajv } = toolbox('ajv') as { default: new (options: object) => AjvLike }
const fits = new Ajv({ allErrors: true, strict: false }).compile(
  JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')),
)

/** The faults that Helm would refuse the values for, by the chart's schema. */
export function schemaFaults(values: unknown): readonly string[] {
  return fits(values)
    ? []
    : (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}

/** Renders all templates, by their names; throws with what the chart says where it refuses the values. */
export function renderTexts(values: ChartValues): Readonly<Record<string, string>> {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'))
  try {
    const file = join(directory, 'values.json')
    writeFileSync(file, JSON.stringify(values))
    const { status, stdout, stderr } = spawnSync(RENDERER, [CHART, file], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
    return z.record(z.string(), z.string()).parse(JSON.parse(stdout))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The objects that the chart makes of these values. */
export function render(values: ChartValues): readonly KubernetesObject[] {
  return Object.entries(renderTexts(values))
    .filter(([name]) => name.endsWith('.yaml'))
    .flatMap(([, text]) => objectsIn(text))
}

function objectsIn(text: string): readonly KubernetesObject[] {
  return [...parseAllDocuments(text, { uniqueKeys: true })].flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    const object: unknown = document.toJS()
    return object === null ? [] : [OBJECT.parse(object)]
  })
}

/** The one object of this kind. */
export function only(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.filter((one) => one.kind === kind)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} of ${kind}`)
  return found[0]
}

/** What Helm itself makes of the values; `undefined` where there is no Helm on this machine. */
export function renderWithHelm(values: ChartValues): readonly KubernetesObject[] | undefined {
  const input = JSON.stringify(values)
  const { error, status, stdout, stderr } = spawnSync(
    'helm',
    ['template', 'obo', CHART, '--namespace', 'default', '--values', '-'],
    { encoding: 'utf8', input },
  )
  if (error !== undefined) return undefined
  if (status !== 0) throw new Error(stderr)
  return objectsIn(stdout)
}
