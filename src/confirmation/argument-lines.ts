import type { ArgumentNode } from './argument-tree.js'
import { shownText } from './shown-text.js'

const MAX_LINES = 40
const MAX_NAME = 120
const MAX_VALUE = 300

/**
 * The lines of a question that show the arguments of a call. Each argument has a line at least, and so has each member of an argument
 * that is an object; what room is left is shared among them, so that none can take that of another. Where something does not fit, a line
 * says how much of what is not shown.
 *
 * `undefined` where these names alone do not fit: there are more than 40, or one is longer than 120 characters.
 */
export function argumentLines({ parts }: ArgumentNode): readonly string[] | undefined {
  const named = parts.flatMap((part) => [part, ...(part.kind === 'object' ? part.parts : [])])
  if (named.some(({ path }) => path.length > MAX_NAME)) return undefined
  const least = parts.map((part) => (part.kind === 'object' ? part.parts.length : 1))
  if (sumOf(least) > MAX_LINES) return undefined
  return sharedLines(parts, least, MAX_LINES)
}

/** Each part with the lines that it needs at least, and its share of what is left. */
function sharedLines(
  parts: readonly ArgumentNode[],
  least: readonly number[],
  lines: number,
): readonly string[] {
  const shares = [...least]
  let left = lines - sumOf(least)
  const wantsMore = (at: number): boolean => (parts[at]?.values ?? 0) > (shares[at] ?? 0)
  while (left > 0 && shares.some((_, at) => wantsMore(at))) {
    for (const at of shares.keys()) {
      if (left === 0 || !wantsMore(at)) continue
      shares[at] = (shares[at] ?? 0) + 1
      left -= 1
    }
  }
  return parts.flatMap((part, at) => linesOf(part, shares[at] ?? 1))
}

function linesOf(node: ArgumentNode, lines: number): readonly string[] {
  const { parts, path, text, values } = node
  if (parts.length === 0 || lines < Math.min(values, 2)) {
    return [`- ${shownText(path, MAX_NAME)}: ${shownText(text, MAX_VALUE)}`]
  }
  const one = (some: readonly ArgumentNode[]): readonly number[] => some.map(() => 1)
  if (parts.length <= lines) return sharedLines(parts, one(parts), lines)
  const shown = parts.slice(0, lines - 1)
  const more = sumOf(parts.slice(lines - 1).map(({ values }) => values))
  return [
    ...sharedLines(shown, one(shown), lines - 1),
    `- … and ${more} more values in ${shownText(path, MAX_NAME)} that are not shown`,
  ]
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0)
}
