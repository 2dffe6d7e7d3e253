const MOST_EXAMPLES = 5

/** What went wrong, by kind: how often, and the first few with their words. */
export class Faults {
  readonly #kinds = new Map<string, { count: number; readonly examples: string[] }>()

  #latest = ''

  /** The latest one that has not been asked for; empty where there is none. */
  get latest(): string {
    const latest = this.#latest
    this.#latest = ''
    return latest
  }

  add(kind: string, example: string): void {
    this.#latest = `${kind}: ${example.slice(0, 400)}`
    const known = this.#kinds.get(kind) ?? { count: 0, examples: [] }
    known.count += 1
    if (known.examples.length < MOST_EXAMPLES) known.examples.push(example.slice(0, 400))
    this.#kinds.set(kind, known)
  }

  get count(): number {
    return [...this.#kinds.values()].reduce((sum, { count }) => sum + count, 0)
  }

  list(): readonly {
    readonly kind: string
    readonly count: number
    readonly examples: string[]
  }[] {
    return [...this.#kinds].map(([kind, { count, examples }]) => ({ kind, count, examples }))
  }
}
