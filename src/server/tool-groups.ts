import type { DocumentTools } from './document-tools.js'

/** Under which heading people find a tool: the first tag of its operation, with the API in front where there are several. */
export function toolGroupsOf(
  documents: readonly DocumentTools[],
): Readonly<Record<string, string>> {
  const several = documents.length > 1
  return Object.fromEntries(
    documents.flatMap(({ api, report }) =>
      report.tools.map(({ name, operation }) => {
        const [tag] = operation.tags
        return [
          name,
          several ? [api, ...(tag === undefined ? [] : [tag])].join(': ') : (tag ?? OTHERS),
        ]
      }),
    ),
  )
}

const OTHERS = 'Operations without a tag'
