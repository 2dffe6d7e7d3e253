// Imports nothing: what it could import fails on the versions that it is about.
const LEAST_MAJOR = 20
const LEAST_MINOR = 19

/** What is wrong with a version of Node, as `process.versions.node` has it; `undefined` for one that will do. */
export function nodeVersionFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > LEAST_MAJOR || (major === LEAST_MAJOR && minor >= LEAST_MINOR)
  return enough
    ? undefined
    : `needs Node ${LEAST_MAJOR}.${LEAST_MINOR} or newer, this is ${version}.`
}
