import { format, resolveConfig } from 'prettier'
import type { Block } from './block.js'

// <!-- generated: NAME --> … <!-- end of NAME -->
const BLOCK = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end of \1 -->/g

/**
 * Returns a page with its generated parts written anew, formatted as the rest of the project.
 *
 * `path` tells the formatter which settings count. Throws for a marker whose name no block has. Text
 * outside the markers stays as it is. Does not read or write files, but for the formatter's settings.
 */
export async function fillPage(
  text: string,
  path: string,
  blocks: Readonly<Record<string, Block>>,
): Promise<string> {
  const filled = text.replaceAll(BLOCK, (_, name: string) => {
    const block = Object.hasOwn(blocks, name) ? blocks[name] : undefined
    if (block === undefined) throw new Error(`${path}: no block is called ${name}`)
    return `<!-- generated: ${name} -->\n\n${block().trim()}\n\n<!-- end of ${name} -->`
  })
  if (filled === text) return text
  return format(filled, { ...(await resolveConfig(path)), filepath: path })
}
