/** Says how a check of a probe went; rejects with its failure, which ends the probe. */
export async function check(title: string, body: () => void | Promise<void>): Promise<void> {
  try {
    await body()
    process.stdout.write(`  ok   ${title}\n`)
  } catch (error) {
    process.stdout.write(`  FAIL ${title}\n`)
    throw error
  }
}
