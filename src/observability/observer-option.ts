import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { OBSERVER_MEMBERS } from './combine-observers.js'
import type { Observer } from './observer.js'

const member = optionValues.callable.optional()

/** An observer among the options of a factory. */
export const OBSERVER_OPTION = optionsSchema<Observer>(
  Object.fromEntries(OBSERVER_MEMBERS.map((name) => [name, member])) as Record<
    keyof Observer,
    typeof member
  >,
)
