/** Writes the text of one generated part of a page, in Markdown. */
export type Block = () => string
