import { failureTexts } from './failure-texts.js'

/** Every sentence that a failure can show, in alphabetical order, each with a link to the section of its code. */
export function failureTextIndex(): string {
  return failureTexts()
    .map(({ text, code }) => `- ${withoutMarkup(text)} → [\`${code}\`](#${code})`)
    .join('\n')
}

function withoutMarkup(text: string): string {
  return text.replaceAll(/[\\<*_`[\]]/g, (character) => `\\${character}`)
}
