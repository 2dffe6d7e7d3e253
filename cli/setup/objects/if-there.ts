import { ManagementError } from '../management-error.js'

/** What a request about one object gives; `undefined` where there is no such object (404). */
export async function ifThere<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request
  } catch (error) {
    if (error instanceof ManagementError && error.status === 404) return undefined
    throw error
  }
}
