/** What is said of an operation, in the fields in which words are looked for. */
export interface SearchedTexts {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly method: string
  readonly path: string
  readonly tags: readonly string[]
}

/** Operations that are found by words. */
export interface SearchIndex<T> {
  /** Those of the candidates that the query fits, the best first, and of equals by name. All of them, by name, for a query without words. */
  find(query: string, isCandidate: (entry: T) => boolean): readonly T[]
}

/** How much a word counts in each field. Descriptions are long, and name other operations too. */
const WEIGHTS = { name: 4, title: 3, tags: 2, path: 2, method: 2, description: 1 } as const
/** Of a query; more words are not looked at. */
const MAX_WORDS = 24
/** Of a word: longer ones, as in encoded examples, are cut. */
const MAX_LETTERS = 40
/** A word that only begins with one of the query counts this much of it. */
const BEGINNING = 0.4
/** Shorter words are the beginning of too many. */
const MIN_BEGINNING = 3
/** Of BM25: how soon more of the same word makes no difference, and how much long texts are held back. */
const SATURATION = 1.2
const LENGTH_SHARE = 0.75

interface Entry<T> {
  readonly entry: T
  readonly name: string
  /** Weighted, by word. */
  readonly counts: ReadonlyMap<string, number>
  readonly length: number
}

/** How often each entry has a word, by its place; 0: never. */
type Occurrences = Float64Array

/**
 * Creates an index of operations, ranked by BM25 over words in their names, titles, tags, paths, methods and descriptions (Robertson and
 * Zaragoza, The Probabilistic Relevance Framework, 2009). The same query gives the same order always.
 *
 * What is no candidate plays no part: neither in the answer nor, by how often words occur, in its order.
 */
export function createSearchIndex<T>(
  entries: readonly T[],
  textsOf: (entry: T) => SearchedTexts,
): SearchIndex<T> {
  const indexed = entries
    .map((entry) => indexedEntry(entry, textsOf(entry)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const sorted = indexed.map(({ entry }) => entry)
  const lengths = indexed.map(({ length }) => length)
  const occurrencesOf = wordLookup(indexed)
  return {
    find(query, isCandidate) {
      const candidates = sorted.flatMap((entry, index) => (isCandidate(entry) ? [index] : []))
      const words = [...new Set(wordsIn(query))].slice(0, MAX_WORDS)
      const scores = scoresOf(words.map(occurrencesOf), { candidates, lengths })
      return candidates
        .filter((index) => at(scores, index) > 0 || words.length === 0)
        .sort((a, b) => at(scores, b) - at(scores, a))
        .flatMap((index) => sorted[index] ?? [])
    },
  }
}

function indexedEntry<T>(entry: T, texts: SearchedTexts): Entry<T> {
  const counts = new Map<string, number>()
  let length = 0
  for (const field of ['name', 'title', 'tags', 'path', 'method', 'description'] as const) {
    for (const word of wordsIn([texts[field]].flat().join(' '))) {
      counts.set(word, (counts.get(word) ?? 0) + WEIGHTS[field])
      length += WEIGHTS[field]
    }
  }
  return { entry, name: texts.name, counts, length }
}

/** Finds the entries that have a word or, where they do not, others that begin with it. */
function wordLookup(entries: readonly Entry<unknown>[]): (word: string) => Occurrences {
  const byWord = new Map<string, [number, number][]>()
  entries.forEach(({ counts }, index) => {
    for (const [word, count] of counts) {
      const known = byWord.get(word)
      if (known === undefined) byWord.set(word, [[index, count]])
      else known.push([index, count])
    }
  })
  const sorted = [...byWord.keys()].sort()
  return (word) => {
    const occurrences = new Float64Array(entries.length)
    for (const longer of word.length < MIN_BEGINNING ? [] : beginningWith(word, sorted)) {
      for (const [index, count] of byWord.get(longer) ?? []) {
        occurrences[index] = Math.max(at(occurrences, index), count * BEGINNING)
      }
    }
    for (const [index, count] of byWord.get(word) ?? []) occurrences[index] = count
    return occurrences
  }
}

/** Those of the sorted words that begin with one. */
function beginningWith(word: string, sorted: readonly string[]): readonly string[] {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? '') < word) low = middle + 1
    else high = middle
  }
  let end = low
  while (sorted[end]?.startsWith(word) === true) end += 1
  return sorted.slice(low, end)
}

/** Of each entry, by its place; 0 for one that is no candidate, or has none of the words. */
function scoresOf(
  found: readonly Occurrences[],
  {
    candidates,
    lengths,
  }: { readonly candidates: readonly number[]; readonly lengths: readonly number[] },
): Float64Array {
  const all = candidates.length
  const total = candidates.reduce((sum, index) => sum + (lengths[index] ?? 0), 0)
  const average = Math.max(1, total / Math.max(1, all))
  const scores = new Float64Array(lengths.length)
  for (const occurrences of found) {
    const having = candidates.filter((index) => at(occurrences, index) > 0)
    const rarity = Math.log(1 + (all - having.length + 0.5) / (having.length + 0.5))
    for (const index of having) {
      const count = at(occurrences, index)
      const share = (lengths[index] ?? 0) / average
      const held = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * share)
      scores[index] = at(scores, index) + (rarity * count * (SATURATION + 1)) / (count + held)
    }
  }
  return scores
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0
}

/** Words in lower case and without accents; `createBooking` and `create_bookings` have the same two. */
function wordsIn(text: string): readonly string[] {
  const parts = text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return (parts ?? []).map((part) => singular(part.slice(0, MAX_LETTERS)))
}

/** Of English words, as far as their ending tells. Both sides are treated alike, so a wrong one does no harm. */
function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return word.length > 3 && /[^s]s$/.test(word) ? word.slice(0, -1) : word
}
