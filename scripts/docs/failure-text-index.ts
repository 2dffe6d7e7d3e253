import { failureTexts } from './failure-texts.js'
import { withoutMarkup } from './without-markup.js'

/** Every sentence that a failure can show, in alphabetical order, each with a link to the section of its code. */
export function failureTextIndex(): string {
  return failureTexts()
    .map(({ text, code }) => `- ${withoutMarkup(text)} → [\`${code}\`](#${code})`)
    .join('\n')
}
