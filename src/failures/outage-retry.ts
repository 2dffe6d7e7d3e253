/** When a client may try again after an outage that does not say itself how long it lasts. */
export const OUTAGE_RETRY_SECONDS = 5
