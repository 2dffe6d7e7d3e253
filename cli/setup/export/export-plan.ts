import { resolve } from 'node:path'
import type { CommandIo } from '../../io.js'
import type { Blueprint } from '../blueprint.js'
import { oneLine } from './by-hand.js'
import { deployCliExport } from './deploy-cli-export.js'
import type { Exported, ExportedFile } from './exported-file.js'
import type { ExportOptions } from './export-options.js'
import { terraformExport } from './terraform-export.js'
import { writeFiles } from './write-files.js'

const TOOLS: Readonly<Record<ExportOptions['tool'], (blueprint: Blueprint) => Exported>> = {
  terraform: terraformExport,
  'deploy-cli': deployCliExport,
}

/** Prints or writes the plan for an empty tenant in another tool's files. Asks no tenant. What is left by hand goes to stderr. */
export function exportPlan(
  blueprint: Blueprint,
  { tool, directory, replace }: ExportOptions,
  io: Pick<CommandIo, 'directory' | 'write' | 'writeError'>,
): void {
  const { files, byHand } = TOOLS[tool](blueprint)
  if (directory === undefined) {
    io.write(printed(files))
  } else {
    const { written, unchanged } = writeFiles(resolve(io.directory, directory), files, replace)
    io.write(written.map((path) => `  written   ${path}\n`).join(''))
    io.write(unchanged.map((path) => `  in line   ${path}\n`).join(''))
  }
  io.writeError(byHand.map((sentence) => `By hand: ${oneLine(sentence)}\n`).join(''))
}

/** One file as it is; of several, each below its name. */
function printed(files: readonly ExportedFile[]): string {
  if (files.length === 1) return files.map(({ text }) => text).join('')
  return files.map(({ path, text }) => `==> ${path} <==\n${text}`).join('\n')
}
