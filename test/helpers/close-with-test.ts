import { TestRunner } from 'vitest'

/** Lets `close` be called twice; within a test or its `beforeEach`, also calls it when the test ends. */
export function closeWithTest(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined
  const once = (): Promise<void> => (closing ??= close())
  TestRunner.getCurrentTest()?.context.onTestFinished(once)
  return once
}
