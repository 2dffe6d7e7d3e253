import { clients } from './clients.js'
import { conformance } from './conformance.js'

/** Writes the text of one generated part of a page, in Markdown. */
export type Block = () => string

/** The generated parts of the pages, by the name that stands in their markers. One file a block. */
export const BLOCKS: Readonly<Record<string, Block>> = { clients, conformance }
