import { ensureRedis } from './ensure-redis.js'
import { runPreparation } from './run-preparation.js'

/** Installs what `npm run test:fleet` needs and this machine lacks. */
runPreparation(ensureRedis)
