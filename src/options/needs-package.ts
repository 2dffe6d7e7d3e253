/** What is said of a setting or a function that needs an optional peer which is not installed: the rest of a sentence. */
export function needsPackage(name: string): string {
  return `needs a package that is not installed. Run: npm install ${name}`
}
