/** `line1`, `Address`, `IBAN` or `X` within a name that is written without separators. */
const HUMP = /[A-Z]{2,5}\d{0,3}(?![a-z])|[A-Z]?[a-z]{1,20}\d{0,3}(?![a-z])|[A-Z](?=[A-Z][a-z])/g
/** All of what stands between two separators. */
const SIMPLE = /^(?:[A-Z]{1,20}\d{0,3}|\d{1,4})$/
const ACRONYM = /^[A-Z]{2}/

const MEAN_LETTERS = 3.5
const MOST_NUMBERS = 2
const MOST_ACRONYMS = 2

/**
 * Whether a text has the form of a name of several words, as arguments have: `shipping_address_line_1`, `customerVATNumber`,
 * `X-Request-Id`. Words can be said, and are not as short as those that chance makes: of 10,000 tokens of 24 random characters
 * fewer than ten look like a name, and of longer ones fewer still.
 */
export function isOrdinaryName(text: string): boolean {
  // How every JWT begins.
  if (text.startsWith('eyJ')) return false
  const segments = text.split(/[_-]/)
  const humps = segments.map((one) => (SIMPLE.test(one) ? [one] : (one.match(HUMP) ?? [])))
  const isWhole = humps.every((parts, index) => parts.join('') === segments[index])
  const words = humps.flat()
  const said = words.filter((word) => /[A-Za-z]/.test(word))
  const acronyms = humps.filter((parts) => parts.length > 1).flat()
  return (
    isWhole &&
    words.filter((word) => /\d/.test(word)).length <= MOST_NUMBERS &&
    acronyms.filter((word) => ACRONYM.test(word)).length <= MOST_ACRONYMS &&
    text.replace(/[^A-Za-z]/g, '').length >= MEAN_LETTERS * said.length &&
    said.every(canBeSaid)
  )
}

/** Vowels, and never many letters of one kind in a row. An abbreviation needs none. */
function canBeSaid(word: string): boolean {
  const letters = word.replace(/\d/g, '')
  if (letters.length <= 3 || (letters.length <= 5 && letters === letters.toUpperCase())) return true
  return /[aeiouy]/i.test(letters) && !/[^aeiouy]{5}|[aeiou]{4}/i.test(letters)
}
