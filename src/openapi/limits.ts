/** What a document may have at most. GitHub's, the largest known, has 12 MiB, 500,000 values and a depth of 24. */
export const DOCUMENT_LIMITS = {
  bytes: 20 * 1024 * 1024,
  /** Objects and lists within each other. */
  depth: 200,
  /** With the values behind each alias counted again. */
  values: 5_000_000,
  aliases: 10_000,
  /** Of the tokens of a YAML text, line ends included: its parser needs some microseconds for each. */
  yamlTokens: 3_000_000,
  /** Of faults that are told. */
  faults: 100,
} as const
