/** Installs what a suite needs. Ends with exit code 1, and says why, where that cannot be done. */
export function runPreparation(prepare: () => void): void {
  try {
    prepare()
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown failure'
    process.stderr.write(`The tests cannot run: ${why}\n`)
    process.exitCode = 1
  }
}
