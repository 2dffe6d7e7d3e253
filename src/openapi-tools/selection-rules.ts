import { nearestName } from '../options/nearest-name.js'
import type { OperationHead } from '../openapi/operation.js'
import { pathPattern, wildcardPattern } from './wildcards.js'

/** One rule of a selection. */
export interface SelectionRule {
  /** As it was written. */
  readonly text: string
  readonly excludes: boolean
  /** Whether it is one that need not fit anything: `*`, `deprecated`, `internal`, `enabled`. */
  readonly general: boolean
  readonly fits: (operation: OperationHead) => boolean
}

/** Rules, or what is wrong with one of them. */
export type ParsedRules =
  { readonly rules: readonly SelectionRule[] } | { readonly wrong: readonly string[] }

const METHOD = /^[A-Z][A-Z-]{0,39}$/
const WORDS = ['deprecated', 'internal', 'enabled'] as const

/** Parses rules: a text with spaces between them, or a list. Says all that is wrong. */
export function parseSelection(written: string | readonly string[]): ParsedRules {
  const texts = typeof written === 'string' ? joined(words(written)) : written
  const rules = texts.map((text) => parseRule(text.trim()))
  const wrong = rules.flatMap((rule) => (typeof rule === 'string' ? [rule] : []))
  if (texts.length === 0) return { wrong: ['has no rule: write * for all operations'] }
  if (wrong.length > 0) return { wrong }
  return { rules: rules.flatMap((rule) => (typeof rule === 'string' ? [] : [rule])) }
}

/** Splits at spaces, but for those within quotes; the quotes are left out. */
function words(text: string): readonly string[] {
  return Array.from(text.matchAll(/(?:"[^"]*"|[^\s"])+/g), ([word]) => word.replaceAll('"', ''))
}

/** A method and the path behind it are one rule. */
function joined(texts: readonly string[]): readonly string[] {
  const rules: string[] = []
  for (const text of texts) {
    const before = rules.at(-1)
    if (text.startsWith('/') && before !== undefined && METHOD.test(before.replace(/^!/, ''))) {
      rules[rules.length - 1] = `${before} ${text}`
    } else {
      rules.push(text)
    }
  }
  return rules
}

function parseRule(text: string): SelectionRule | string {
  const excludes = text.startsWith('!')
  const body = excludes ? text.slice(1) : text
  const rule = { text, excludes, general: false }
  if (body === '*') return { ...rule, general: true, fits: () => true }
  const word = WORDS.find((known) => known === body)
  if (word !== undefined) return { ...rule, general: true, fits: (one) => one[word] === true }
  const [, key, value = ''] = /^(tag|id):(.+)$/s.exec(body) ?? []
  if (key === 'tag') {
    const pattern = wildcardPattern(value)
    return { ...rule, fits: ({ tags }) => tags.some((tag) => pattern.test(tag)) }
  }
  if (key === 'id') {
    const pattern = wildcardPattern(value)
    return { ...rule, fits: ({ operationId = '' }) => pattern.test(operationId) }
  }
  const [, method, path] = /^([A-Z][A-Z-]{0,39})?\s*(\/\S*)?$/.exec(body) ?? []
  if (method === undefined && path === undefined) return `"${text.slice(0, 100)}" ${hint(body)}`
  const pattern = path === undefined ? undefined : pathPattern(path)
  return {
    ...rule,
    fits: (one) =>
      (method === undefined || one.method === method) && (pattern?.test(one.path) ?? true),
  }
}

function hint(body: string): string {
  const near = nearestName(body, WORDS)
  if (near !== undefined) return `is no rule: did you mean ${near}?`
  if (/^[a-z]+(?: |$)/.test(body) && /^(?:get|put|post|delete|patch|head|options)\b/.test(body)) {
    return 'is no rule: write the method in capitals'
  }
  return 'is no rule: write *, deprecated, internal, enabled, tag:NAME, id:NAME, GET, /path/** or GET /path/**'
}
