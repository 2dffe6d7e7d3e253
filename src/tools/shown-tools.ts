import type { Caller } from '../identity/caller.js'
import type { ToolAccess } from './access.js'
import type { ToolSet } from './tool-set.js'

/** The tools that a server shows. */
export interface ShownTools {
  readonly has: (name: string) => boolean
}

/** The tools that a server shows: those that its first caller may see, and those that later ones may. */
class ShownTogether implements ShownTools {
  readonly #access: ToolAccess
  readonly #first: Caller
  #names: ReadonlySet<string> | undefined

  constructor(access: ToolAccess, caller: Caller) {
    this.#access = access
    this.#first = caller
  }

  /** Looks at one tool alone, as long as there was no later caller: a call costs what its tool costs. */
  readonly has = (name: string): boolean =>
    this.#names?.has(name) ?? this.#access.isVisible(name, this.#first)

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

/** What one server shows, of whichever tools its request is served with. */
export class ShownToCaller {
  #set: ToolSet | undefined
  #shown: ShownTogether | undefined

  constructor(set: ToolSet, caller: Caller | undefined) {
    if (caller !== undefined) this.#together(set, caller)
  }

  /** Of a set: what its first caller may see, and those who were added. Without a caller: what is public. */
  of(set: ToolSet, caller: Caller | undefined): ShownTools {
    if (caller === undefined) return { has: (name) => set.access.isPublic(name) }
    return this.#together(set, caller)
  }

  /** Whether the caller may see a tool that was not shown before. Of another set than before, everything is new, and was told. */
  add(set: ToolSet, caller: Caller): boolean {
    const known = set === this.#set
    const added = this.#together(set, caller).add(caller)
    return known && added
  }

  #together(set: ToolSet, caller: Caller): ShownTogether {
    if (this.#shown === undefined || set !== this.#set) {
      this.#shown = new ShownTogether(set.access, caller)
      this.#set = set
    }
    return this.#shown
  }
}
