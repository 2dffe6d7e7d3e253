import { Composer, CST, Lexer, Parser, YAMLParseError, type Document } from 'yaml'
import { keyTwice, tooMuch } from './json-document.js'
import { isObject } from './json.js'
import { DOCUMENT_LIMITS } from './limits.js'
import { LineNumbers } from './line-numbers.js'
import type { ParsedDocument, ParserInput } from './parsed-document.js'
import { keysOf } from './pointer.js'
import { shown } from './shown.js'
import { YamlDepth } from './yaml-depth.js'
import { YamlValues, type YamlProblem } from './yaml-values.js'

/**
 * Parses YAML 1.2 as far as JSON has the same: texts, numbers, true, false, null, lists, and objects with keys of text.
 *
 * Keys are texts as they are written (`200`, `1.10`), dates stay texts, anchors and merge keys (`<<`) are followed. Tags
 * of other types are faults.
 */
export function yamlDocument(input: ParserInput): ParsedDocument {
  const { text, name, faults } = input
  const document = composed(text)
  if ('problem' in document) {
    faults.add({ code: 'too_large', severity: 'fault', pointer: '#', ...tooMuch(name, document) })
    return { root: undefined, linesOf: () => new Map() }
  }
  const lines = new LineNumbers(text)
  addSyntaxFaults(document, input, lines)
  if (document.errors.length > 0) return { root: undefined, linesOf: () => new Map() }
  const values = new YamlValues()
  const root = values.read(document.contents)
  for (const { problem, pointer, offset } of values.problems) {
    const line = lines.at(offset)
    faults.add({ severity: 'fault', pointer, line, ...wordsOf(problem, pointer, name) })
  }
  return {
    root: isObject(root) && values.complete ? root : undefined,
    linesOf: (pointers) => {
      const found = pointers.flatMap((pointer) => {
        const offset = values.offsetOf(keysOf(pointer) ?? [])
        return offset === undefined ? [] : [[pointer, lines.at(offset)] as const]
      })
      return new Map(found)
    },
  }
}

function composed(text: string): Document.Parsed | { readonly problem: 'depth' | 'tokens' } {
  const depth = new YamlDepth(CST.tokenType)
  const parser = new Parser()
  const composer = new Composer({
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Compares each key with each other one: the reader of the values does it faster.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const documents: Document.Parsed[] = []
  const compose = (tokens: Iterable<CST.Token>): void => {
    for (const token of tokens) documents.push(...composer.next(token))
  }
  let tokens = 0
  for (const lexeme of new Lexer().lex(text)) {
    tokens += 1
    if (tokens > DOCUMENT_LIMITS.yamlTokens) return { problem: 'tokens' }
    if (depth.after(lexeme) > DOCUMENT_LIMITS.depth) return { problem: 'depth' }
    compose(parser.next(lexeme))
  }
  compose(parser.end())
  documents.push(...composer.end(true, text.length))
  // `end(true)` makes one where there is none.
  const [first, second] = documents as [Document.Parsed, Document.Parsed?]
  if (second !== undefined) first.errors.push(severalDocuments(second))
  return first
}

function severalDocuments({ range }: Document.Parsed): YAMLParseError {
  const at: [number, number] = [range[0], range[1]]
  return new YAMLParseError(at, 'MULTIPLE_DOCS', 'The text has several YAML documents')
}

function addSyntaxFaults(
  { errors, warnings }: Document.Parsed,
  { faults }: ParserInput,
  lines: LineNumbers,
): void {
  const tags = warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')
  for (const { message, pos } of [...errors, ...tags].slice(0, DOCUMENT_LIMITS.faults + 1)) {
    const cure = 'Correct the YAML, or write the value as JSON has it'
    const line = lines.at(pos[0])
    const words = shown(message.replace(/\.$/, ''), 200)
    faults.add({ code: 'syntax', severity: 'fault', pointer: '#', line, message: words, cure })
  }
}

const WORDS: Readonly<Record<Exclude<YamlProblem, 'depth' | 'values' | 'key_twice'>, Words>> = {
  aliases: {
    code: 'too_large',
    message: `There are more than ${DOCUMENT_LIMITS.aliases} aliases`,
    cure: 'Use $ref in their place',
  },
  alias_unknown: {
    code: 'syntax',
    message: 'The alias stands for nothing that is complete before it',
    cure: 'Put its anchor before it, and not around it',
  },
  key_type: {
    code: 'syntax',
    message: 'A key is no text',
    cure: 'Write the key as a plain or quoted text',
  },
  merge: {
    code: 'syntax',
    message: 'The merge key << stands for something other than an object',
    cure: 'Give it an alias of an object, or a list of those',
  },
  number: {
    code: 'syntax',
    message: 'JSON has no such number',
    cure: 'Write a finite number, or put it in quotes',
  },
}

interface Words {
  readonly code: 'syntax' | 'too_large' | 'duplicate_key'
  readonly message: string
  readonly cure: string
}

function wordsOf(problem: YamlProblem, pointer: string, name: string): Words {
  if (problem === 'key_twice') return { code: 'duplicate_key', ...keyTwice(pointer) }
  if (problem === 'depth' || problem === 'values') {
    return { code: 'too_large', ...tooMuch(name, { problem }) }
  }
  return WORDS[problem]
}
