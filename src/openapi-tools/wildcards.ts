/** A pattern in which `*` stands for anything. */
export function wildcardPattern(text: string): RegExp {
  return new RegExp(`^${text.split(/\*+/).map(escaped).join('.*')}$`, 's')
}

/**
 * A pattern of paths: `*` stands for anything within a segment, `**` for anything, and `/**` at the end also for nothing.
 */
export function pathPattern(text: string): RegExp {
  const [, head = '', tail] = /^(.*?)(\/\*\*)?$/s.exec(text) ?? []
  const source = head
    .split(/(\*+)/)
    .map((part) => (part.startsWith('*') ? (part.length > 1 ? '.*' : '[^/]*') : escaped(part)))
    .join('')
  return new RegExp(`^${source}${tail === undefined ? '' : '(?:/.*)?'}$`, 's')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
