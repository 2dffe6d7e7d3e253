import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { DOCUMENT_LIMITS } from '../openapi/limits.js'
import { YamlDepth } from '../openapi/yaml-depth.js'

/** A text of ours in YAML or JSON, as values, and where they stand. */
export interface YamlText {
  readonly value: unknown
  /** The line of a value, or of the nearest one around it; from 1. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined
  /** Why it has no value. Messages of the parser, without what is written in the file. */
  readonly faults: readonly { readonly line: number | undefined; readonly message: string }[]
}

const MAX_ALIASES = 100
/** What may be told of a syntax fault: the parser's own words quote the text. */
const MEANINGS: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'has the same key twice',
  BAD_INDENT: 'is indented wrongly',
  TAB_AS_INDENT: 'is indented by a tab. Use spaces',
  MULTIPLE_DOCS: 'begins a second document. A file has one',
  BAD_ALIAS: 'uses an alias that does not exist',
}

/** Parses a text in YAML 1.2 (core schema, no tags of its own) or JSON. Never throws. */
export function parseYamlText(text: string): YamlText {
  // Loaded here: nobody without such a file needs it, and its readers are synchronous.
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml
  const { LineCounter, parseDocument, isNode } = yaml
  const excess = excessOf(text, yaml)
  if (excess !== undefined) return { value: undefined, lineOf: () => undefined, faults: [excess] }
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, schema: 'core', prettyErrors: false })
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = offsetOf(document, path.slice(0, length))
      if (offset !== undefined) return lineAt(offset)
    }
    const { contents } = document
    return isNode(contents) ? lineAt(contents.range[0]) : undefined
  }
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ code, pos }) => ({
      line: lineAt(pos[0]),
      message: MEANINGS[code] ?? 'is no YAML here',
    }))
    return { value: undefined, lineOf, faults }
  }
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), lineOf, faults: [] }
  } catch {
    const message = `uses aliases that do not exist, or more than ${MAX_ALIASES}`
    return { value: undefined, lineOf, faults: [{ line: undefined, message }] }
  }
}

/** What the parser, which uses recursion, must not get: a text that exhausts the stack may end the process. */
function excessOf(
  text: string,
  { CST, Lexer }: typeof Yaml,
): YamlText['faults'][number] | undefined {
  const depth = new YamlDepth(CST.tokenType)
  let [tokens, line] = [0, 1]
  for (const lexeme of new Lexer().lex(text)) {
    tokens += 1
    if (tokens > DOCUMENT_LIMITS.yamlTokens) return { line: undefined, message: 'is too large' }
    if (depth.after(lexeme) > DOCUMENT_LIMITS.depth) {
      const message = `is nested too deeply here: more than ${DOCUMENT_LIMITS.depth} lists and mappings within each other`
      return { line, message }
    }
    line += lexeme.split('\n').length - 1
  }
  return undefined
}

/** Where a member's key stands, or an element of a list. */
function offsetOf(
  document: Yaml.Document.Parsed,
  path: readonly PropertyKey[],
): number | undefined {
  const parent: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const key = path.at(-1)
  const { items } = (parent ?? {}) as { readonly items?: readonly unknown[] }
  if (items === undefined) return undefined
  const item = typeof key === 'number' ? items[key] : items.find((one) => keyOf(one) === key)
  const { key: keyNode, range } = (item ?? {}) as {
    readonly key?: { readonly range?: readonly number[] }
    readonly range?: readonly number[]
  }
  return (keyNode?.range ?? range)?.[0]
}

function keyOf(pair: unknown): string | undefined {
  const { key } = (pair ?? {}) as { readonly key?: { readonly value?: unknown } | undefined }
  const value = key?.value
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined
}
