/** `npm run setup`, `npm run doctor`: one command, straight from the sources. */
async function main([name, ...argv]: readonly string[]): Promise<number> {
  if (name === 'setup') return (await import('./setup/run.js')).run(argv)
  if (name === 'doctor') return (await import('./doctor/run.js')).run(argv)
  process.stderr.write('Usage: npm run setup -- …, or npm run doctor -- …\n')
  return 1
}

process.exitCode = await main(process.argv.slice(2))
