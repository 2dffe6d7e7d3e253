/** A path as Express compares it with the path of a route: case does not count, nor does a slash at the end. */
export function plainPath(path: string): string {
  // Looks at each slash once: strangers send paths of 16 KiB.
  return path.replace(/(?<!\/)\/+$/, '').toLowerCase()
}
