import { isUnconfigured, type Environment } from '../../src/config/config.js'

/** Whether the environment asks for a real deployment, so that the development set-up must not run. */
export function isDeployment(environment: Environment): boolean {
  return environment['NODE_ENV'] === 'production' || !isUnconfigured(environment)
}
