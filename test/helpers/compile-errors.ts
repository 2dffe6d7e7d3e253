import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from '../../scripts/docs/pages.js'

const FILE = join(ROOT, 'test', 'not-on-disk.ts')
/** Parsing the libraries takes most of the time of a compilation: once is enough. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/**
 * Compiles `text` as a file in `test/`, with the project's settings; returns code and message of each error, in their
 * order. Errors in other files are not looked for.
 */
export function compileErrors(text: string): readonly string[] {
  return errorPlaces(text).map(({ message }) => message)
}

/** The same, each with the part of `text` that the compiler points at. */
export function errorPlaces(
  text: string,
): readonly { readonly message: string; readonly at: string }[] {
  const options = projectOptions()
  const program = ts.createProgram([FILE], options, hostFor(text, options))
  const source = program.getSourceFile(FILE)
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].map(({ code, messageText, start, length }) => ({
    message: `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    at: start === undefined || length === undefined ? '' : text.slice(start, start + length),
  }))
}

function projectOptions(): ts.CompilerOptions {
  const path = join(ROOT, 'tsconfig.json')
  const source = ts.readJsonConfigFile(path, (name) => ts.sys.readFile(name))
  return ts.parseJsonSourceFileConfigFileContent(source, ts.sys, ROOT).options
}

function hostFor(text: string, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options)
  return {
    ...host,
    fileExists: (path) => path === FILE || host.fileExists(path),
    getSourceFile(path, target, ...rest) {
      if (path === FILE) return ts.createSourceFile(path, text, target)
      if (!parsed.has(path)) parsed.set(path, host.getSourceFile(path, target, ...rest))
      return parsed.get(path)
    },
  }
}
