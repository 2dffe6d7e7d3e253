import { z } from 'zod'
import { nearestName } from '../options/nearest-name.js'
import { shown } from '../openapi/shown.js'
import type { LocalTool } from '../tools/tool.js'
import { foundOperation, FOUND_OPERATION } from './found-operation.js'
import { createSearchIndex, type SearchedTexts, type SearchIndex } from './search-index.js'
import type { NamedSearch, SearchedOperation } from './searched-operation.js'

const MAX_QUERY = 200
const MAX_TAG = 100
const DEFAULT_LIMIT = 10
const MAX_LIMIT = 50
/** Of those that are named where none has the wanted one. */
const MAX_TAGS = 20
/** Of an API among others. */
const MAX_TITLE = 80

const INPUT = z.strictObject({
  query: z
    .string('must be a text')
    .max(MAX_QUERY, `must have at most ${MAX_QUERY} characters`)
    .describe('What the operation should do, in a few words. Empty: all of them, by name.'),
  tag: z
    .string('must be a text')
    .max(MAX_TAG, `must have at most ${MAX_TAG} characters`)
    .optional()
    .describe('Only operations with this tag, in upper or lower case.'),
  limit: z
    .int('must be a whole number')
    .min(1, `must be from 1 to ${MAX_LIMIT}`)
    .max(MAX_LIMIT, `must be from 1 to ${MAX_LIMIT}`)
    .default(DEFAULT_LIMIT)
    .describe(`How many at most, up to ${MAX_LIMIT}.`),
})

const OUTPUT = z.object({
  operations: z.array(FOUND_OPERATION).describe('The best first.'),
  more: z.int().describe('How many others fit.'),
  tags: z
    .array(z.string())
    .optional()
    .describe('Where no operation has the tag: tags that there are, the most alike first.'),
})

/** The tool that finds operations by words, among those that the caller may see. */
export function findOperations(
  operations: readonly SearchedOperation[],
  { find, describe, call, titles, index: given }: NamedSearch,
): LocalTool {
  let index = given
  const tool: LocalTool<typeof INPUT, typeof OUTPUT> = {
    name: find,
    title: 'Find operations',
    description: `Finds operations of ${apis(titles)} by words. Then read about one with ${describe}, and call it with ${call}.`,
    inputSchema: INPUT,
    outputSchema: OUTPUT,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    requiredScopes: [],
    // Its answers depend on what the caller may see.
    public: false,
    handler({ query, tag, limit }, { isVisible = () => false }) {
      index ??= operationIndex(operations)
      const found = index.find(
        query,
        ({ tool: { name }, operation }) => hasTag(operation.tags, tag) && isVisible(name),
      )
      const ordered = exactFirst(found, query)
      return {
        operations: ordered.slice(0, limit).map(foundOperation),
        more: Math.max(0, found.length - limit),
        tags:
          tag === undefined || found.length > 0 ? undefined : otherTags(operations, tag, isVisible),
      }
    },
    toText: textOf,
  }
  return tool
}

/** The index of the operations, by what a client reads of them. */
export function operationIndex(
  operations: readonly SearchedOperation[],
): SearchIndex<SearchedOperation> {
  return createSearchIndex(operations, textsOf)
}

/** `undefined`: any. */
function hasTag(tags: readonly string[], wanted: string | undefined): boolean {
  return wanted === undefined || tags.some((tag) => isSameTag(tag, wanted))
}

function isSameTag(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

/** Of operations that the caller may see; `undefined` where one of those has the tag. */
function otherTags(
  operations: readonly SearchedOperation[],
  tag: string,
  isVisible: (name: string) => boolean,
): string[] | undefined {
  const visible = operations.filter(({ tool }) => isVisible(tool.name))
  const all = [...new Set(visible.flatMap(({ operation }) => operation.tags))].sort()
  if (hasTag(all, tag)) return undefined
  const nearest = nearestName(tag, all)
  const first = nearest === undefined ? [] : [nearest]
  return [...first, ...all.filter((one) => one !== nearest)].slice(0, MAX_TAGS)
}

/** A method and a path, or either. */
const EXACT = /^\s*(?:([a-z]+)\s+)?(\/\S*)\s*$/i

/** An operation that the query names by its path, or its method and path, goes before all others. */
function exactFirst(
  found: readonly SearchedOperation[],
  query: string,
): readonly SearchedOperation[] {
  const [, method, path] = EXACT.exec(query) ?? []
  if (path === undefined) return found
  const isExact = ({ operation }: SearchedOperation): boolean =>
    withoutNames(operation.path) === withoutNames(path) &&
    (method === undefined || operation.method.toLowerCase() === method.toLowerCase())
  return [...found.filter(isExact), ...found.filter((one) => !isExact(one))]
}

/** A model may call an argument of the path by another name than the document does. */
function withoutNames(path: string): string {
  return path.replace(/\{[^{}]*\}/g, '{}').replace(/(?<=.)\/$/, '')
}

function textsOf({ tool, operation: { method, path, tags } }: SearchedOperation): SearchedTexts {
  const { name, title, description } = tool
  return { name, title, description, method, path, tags }
}

function textOf({ operations, more, tags = [] }: z.infer<typeof OUTPUT>): string {
  if (tags.length > 0) return `No operation has this tag. Tags that there are: ${tags.join(', ')}.`
  if (operations.length === 0)
    return 'No operation fits. Try other words, fewer of them, or no tag.'
  return [...operations.map(lineOf), ...(more > 0 ? [`${more} more fit.`] : [])].join('\n')
}

function lineOf({
  name,
  title,
  summary,
  operation,
  tags,
  writes,
}: z.infer<typeof FOUND_OPERATION>): string {
  const words = [title, summary].filter((text) => text !== '').join('. ')
  const facts = [operation, writes ? 'writes' : 'only reads', ...tags.map((tag) => `tag ${tag}`)]
  return `${name}: ${words} (${facts.join(', ')})`
}

function apis(titles: readonly string[]): string {
  const named = titles.map((title) => shown(title, MAX_TITLE)).filter((title) => title !== '')
  return named.length === 0 ? 'the API' : named.join(', ')
}
