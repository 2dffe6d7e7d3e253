import { z } from 'zod'

/** A `PipelineObserver` among the options of a factory. */
export const PIPELINE_OBSERVER_OPTION = z.looseObject({}, 'must be an observer')
