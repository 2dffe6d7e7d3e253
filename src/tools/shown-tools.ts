import type { Caller } from '../identity/caller.js'
import type { ToolAccess } from './access.js'

/** The tools that a server shows: those that its first caller may see, and those that later ones may. */
export class ShownTools {
  readonly #access: ToolAccess
  readonly #first: Caller
  #names: ReadonlySet<string> | undefined

  constructor(access: ToolAccess, caller: Caller) {
    this.#access = access
    this.#first = caller
  }

  /** Looks at one tool alone, as long as there was no later caller: a call costs what its tool costs. */
  has(name: string): boolean {
    return this.#names?.has(name) ?? this.#access.isVisible(name, this.#first)
  }

  /** Whether the caller may see a tool that was not shown before. */
  add(caller: Caller): boolean {
    const before = this.#names ?? this.#visibleTo(this.#first)
    this.#names = new Set([...before, ...this.#visibleTo(caller)])
    return this.#names.size > before.size
  }

  #visibleTo(caller: Caller): ReadonlySet<string> {
    return new Set(this.#access.visibleTo(caller).map(({ name }) => name))
  }
}
