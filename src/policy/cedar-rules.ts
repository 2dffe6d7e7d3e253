import type { DetailedError, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import { nearestName } from '../options/nearest-name.js'
import type { Cedar } from './cedar.js'

/** One policy of Cedar, as it bears on a decision. */
export interface CedarRule {
  readonly text: string
  readonly line: number
  /** Whether the user is asked before what it permits. */
  readonly asks: boolean
  readonly reason: string | undefined
}

/** What is wrong with the policies, and where: from 1. */
export interface CedarFault {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What calls are made of. */
const ENTITY_TYPES = ['User', 'Anonymous', 'Action', 'Tool', 'Api', 'Null'] as const

/**
 * Reads policies in the language of Cedar, in their order. What would never bear on a call is a fault too: templates, entity types and
 * actions that no call has, a `@decision` other than `ask` on a `permit`.
 */
export function parseCedarRules(
  cedar: Cedar,
  text: string,
): { readonly rules: readonly CedarRule[]; readonly faults: readonly CedarFault[] } {
  const parts = cedar.policySetTextToParts(text)
  if (parts.type === 'failure') return { rules: [], faults: parts.errors.map(faultIn(text)) }
  const placed = placesOf(text, parts.policies)
  const templates = placesOf(text, parts.policy_templates)
  const faults: CedarFault[] = templates.map(({ at }) => ({
    ...position(text, at),
    message: TEMPLATE,
  }))
  const rules = placed.map(({ text: policy, at }): CedarRule => {
    const place = position(text, at)
    const parsed = cedar.policyToJson(policy)
    if (parsed.type === 'failure') {
      faults.push(...parsed.errors.map(({ message }) => ({ ...place, message })))
      return { text: policy, line: place.line, asks: false, reason: undefined }
    }
    const { json } = parsed
    faults.push(
      ...[...annotationFaults(json), ...nameFaults(json)].map((message) => ({ ...place, message })),
    )
    const { decision, reason } = json.annotations ?? {}
    return { text: policy, line: place.line, asks: decision === 'ask', reason }
  })
  if (rules.length === 0 && faults.length === 0) {
    faults.push({
      line: 1,
      column: 1,
      message: 'there is no policy, so that no call would ever be made',
    })
  }
  return { rules, faults }
}

const TEMPLATE =
  'is a template (?principal or ?resource), which nothing here links, so that it would never apply'

interface Placed {
  readonly text: string
  readonly at: number
}

/** Cedar gives the policies of a text in an order of its own, each as it was written. */
function placesOf(text: string, policies: readonly string[]): readonly Placed[] {
  const next = new Map<string, number>()
  return policies
    .map((policy) => {
      const at = text.indexOf(policy, next.get(policy) ?? 0)
      next.set(policy, at + 1)
      return { text: policy, at: Math.max(at, 0) }
    })
    .toSorted((one, other) => one.at - other.at)
}

function annotationFaults({ annotations = {}, effect }: PolicyJson): readonly string[] {
  const faults = Object.keys(annotations).flatMap((name) => {
    if (name === 'decision' || name === 'reason') return []
    if (name === 'ask') return ['@ask says nothing. Write @decision("ask")']
    const near = nearestName(name, ['decision', 'reason'])
    return near === undefined ? [] : [`@${name} says nothing. Did you mean @${near}?`]
  })
  const { decision, reason } = annotations as Readonly<Record<string, string | null | undefined>>
  if (decision !== undefined && (decision !== 'ask' || effect !== 'permit')) {
    faults.push('@decision can be "ask" alone, and stand on a permit alone')
  }
  if (reason === null || reason?.trim() === '') faults.push('@reason needs a text: @reason("…")')
  return faults
}

/** An entity that no call has never matches, and a forbid that never matches forbids nothing. */
function nameFaults(json: PolicyJson): readonly string[] {
  const found = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { type, id, entity_type: tested } = value as Readonly<Record<string, unknown>>
    for (const named of [typeof id === 'string' ? type : undefined, tested]) {
      if (typeof named === 'string') found.add(unknownName(named, id) ?? '')
    }
    Object.values(value).forEach(visit)
  }
  visit(json)
  return [...found].filter((message) => message !== '')
}

function unknownName(type: string, id: unknown): string | undefined {
  const known = ENTITY_TYPES.find((each) => each === type)
  if (known === undefined) {
    return `no call has an entity of the type ${type}. There are ${ENTITY_TYPES.join(', ')}`
  }
  const isOther = known === 'Action' && id !== undefined && id !== 'call'
  return isOther
    ? 'there is one action: Action::"call". Tools are resources: Tool::"name"'
    : undefined
}

function faultIn(text: string): (error: DetailedError) => CedarFault {
  return ({ message, help, sourceLocations: [source] = [] }) => {
    const said = [
      message.replace(/^failed to parse policies from string: /, ''),
      source?.label,
      help,
    ]
    return {
      ...position(text, characters(text, source?.start ?? 0)),
      message: said.filter((each) => typeof each === 'string').join('; '),
    }
  }
}

/** Cedar counts the bytes of UTF-8. */
function characters(text: string, bytes: number): number {
  return Buffer.from(text).subarray(0, bytes).toString().length
}

function position(text: string, at: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, at).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
