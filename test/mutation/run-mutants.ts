import { Stryker } from '@stryker-mutator/core'
import type { RoomResult } from './results.js'

export interface Survivor {
  /** `file:line:column`. */
  readonly place: string
  readonly mutator: string
  readonly replacement: string
}

export interface MutantRun extends RoomResult {
  readonly survivors: readonly Survivor[]
}

const NOTICED = new Set(['Killed', 'Timeout'])
const MISSED = new Set(['Survived', 'NoCoverage'])

export interface MutantPlan {
  /** Tells reports and incremental files apart. */
  readonly name: string
  /** Files, or lines of files, as Stryker takes them. */
  readonly places: readonly string[]
  readonly tests: readonly string[]
}

/**
 * Breaks the code in the given places, one mutant at a time, and runs the tests that reach it.
 *
 * Texts are left as they are: most are for people, and one that decides is compared somewhere, where the comparison
 * is mutated. What neither the code nor its tests have changed since the last run is not run again.
 */
export async function runMutants({ name, places, tests }: MutantPlan): Promise<MutantRun> {
  process.env['MUTATION_TESTS'] = tests.join('\n')
  const mutants = await new Stryker({
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: true },
    mutate: [...places],
    mutator: { excludedMutations: ['StringLiteral'] },
    coverageAnalysis: 'perTest',
    ignoreStatic: true,
    concurrency: 2,
    incremental: true,
    incrementalFile: `reports/mutation/${name}.json`,
    reporters: ['progress'],
    ignorePatterns: ['test/toolbox', 'dist', 'docs/api', 'reports'],
    allowEmpty: true,
    timeoutMS: 15_000,
  }).runMutationTest()
  const missed = mutants.filter(({ status }) => MISSED.has(status))
  return {
    killed: mutants.filter(({ status }) => NOTICED.has(status)).length,
    survived: missed.filter(({ status }) => status === 'Survived').length,
    uncovered: missed.filter(({ status }) => status === 'NoCoverage').length,
    survivors: missed.map(({ fileName, location, mutatorName, replacement }) => ({
      place: `${fileName.slice(process.cwd().length + 1)}:${location.start.line}:${location.start.column}`,
      mutator: mutatorName,
      replacement,
    })),
  }
}
