/** One series of an exposition: its name, labels and value. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads the text format of Prometheus, as far as `prom-client` writes it. */
export function seriesIn(text: string): readonly Series[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) return []
    return [{ name, labels: labelsIn(labels), value: Number(value) }]
  })
}

/** The sum of all series that have the name and these labels among theirs. */
export function sumOf(
  series: readonly Series[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return series
    .filter((one) => one.name === name)
    .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0)
}

function labelsIn(text: string): Record<string, string> {
  const found = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)
  return Object.fromEntries([...found].map(([, key = '', value = '']) => [key, value]))
}

/** What a query asks for: a name, and conditions on labels. */
export interface Selector {
  readonly name: string
  readonly conditions: readonly string[]
  matches(series: Series): boolean
}

/** Words of the query language that are no names of metrics. */
const WORDS = new Set(['and', 'or', 'unless', 'offset', 'bool'])

/** The selectors in a PromQL expression. */
export function selectorsIn(expression: string): readonly Selector[] {
  const withoutLists = expression.replace(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
  // A name with `(` behind it is a function; conditions are read with their name, so that their labels are not.
  const names = withoutLists.matchAll(/(?<![\w$[])([a-z_]\w*)\s*(?:(\()|\{([^}]*)\})?/g)
  return [...names].flatMap(([, name = '', isFunction, conditions = '']) =>
    isFunction === undefined && !WORDS.has(name) ? [selector(name, conditions)] : [],
  )
}

function selector(name: string, text: string): Selector {
  const conditions = [...text.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)]
  return {
    name,
    conditions: conditions.map(([whole]) => whole),
    matches: (series) =>
      series.name === name &&
      conditions.every(([, key = '', operator = '', value = '']) =>
        holds(series.labels[key] ?? '', operator, value),
      ),
  }
}

function holds(actual: string, operator: string, wanted: string): boolean {
  // A variable of a dashboard stands for any value.
  if (wanted.includes('$')) return true
  const matches = operator.endsWith('~')
    ? new RegExp(`^(?:${wanted})$`).test(actual)
    : actual === wanted
  return operator.startsWith('!') ? !matches : matches
}
