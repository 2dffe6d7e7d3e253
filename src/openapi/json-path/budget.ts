/** An expression needs more work than is done for one. */
export class JsonPathBudgetError extends Error {
  override readonly name = 'JsonPathBudgetError'
}

/** The work that one expression may cause: nodes that are visited, values that are compared, and nodes that are selected. */
export class Budget {
  #steps: number
  #nodes: number

  constructor({ steps, nodes }: { readonly steps: number; readonly nodes: number }) {
    this.#steps = steps
    this.#nodes = nodes
  }

  step(): void {
    this.#steps -= 1
    if (this.#steps < 0) throw new JsonPathBudgetError()
  }

  node(): void {
    this.#nodes -= 1
    if (this.#nodes < 0) throw new JsonPathBudgetError()
  }
}
