import { UsageError } from '../../usage-error.js'

export interface ExportOptions {
  readonly tool: 'terraform' | 'deploy-cli'
  /** Where the files go; `undefined`: to stdout. */
  readonly directory: string | undefined
  /** Replace files that say something else. */
  readonly replace: boolean
}

interface ExportValues {
  readonly export?: string | undefined
  readonly output?: string | undefined
  readonly force: boolean
  readonly yes: boolean
  readonly remove: boolean
  readonly 'dry-run': boolean
  readonly 'token-stdin': boolean
  readonly 'token-file'?: string | undefined
}

/** What makes no sense beside an export, which asks and changes nothing. */
const EXCLUDED = ['yes', 'remove', 'dry-run', 'token-stdin', 'token-file'] as const

/** Reads `--export` and `--output`; `undefined` where nothing is to be exported; throws a `UsageError`. */
export function readExport(values: ExportValues): ExportOptions | undefined {
  const { export: tool, output, force } = values
  if (tool === undefined) {
    if (output === undefined) return undefined
    throw new UsageError('--output goes with --export.')
  }
  if (tool !== 'terraform' && tool !== 'deploy-cli') {
    throw new UsageError('--export must be terraform or deploy-cli.')
  }
  const excluded = EXCLUDED.find((name) => values[name] !== undefined && values[name] !== false)
  if (excluded !== undefined) {
    throw new UsageError(`--export and --${excluded} exclude each other: an export asks no tenant.`)
  }
  if (output?.trim() === '') throw new UsageError('--output must be a directory.')
  return { tool, directory: output, replace: force }
}
