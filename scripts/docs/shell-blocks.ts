/** A fenced block of shell commands on a page. */
export interface ShellBlock {
  /** As it stands on the page, for a shell. */
  readonly text: string
  /** One entry a command, without comments, on one line. */
  readonly commands: readonly string[]
}

const FENCE = /^ *```(?:sh|bash|shell)\n([\s\S]*?)^ *```$/gm

/** Finds the shell blocks of a page, those of its lists included. Comments begin with a # after a space; quoted ones are not told from others. */
export function shellBlocks(page: string): readonly ShellBlock[] {
  return [...page.matchAll(FENCE)].map(([, text = '']) => ({
    text,
    commands: text
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.replace(/(?:^|\s+)#\s.*$/, '').trim())
      .filter((line) => line !== ''),
  }))
}
