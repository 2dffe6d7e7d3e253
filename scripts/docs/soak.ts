import { readResults } from '../../test/soak/report/results.js'
import { resultsText } from '../../test/soak/report/results-text.js'
import type { Block } from './block.js'

/** What the soak found, from the results that `npm run soak -- --write` keeps. */
export const soak: Block = () => {
  const results = readResults()
  return results === undefined ? 'No results are kept.' : resultsText(results)
}
