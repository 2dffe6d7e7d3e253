import { fileURLToPath } from 'node:url'

/** Where the OpenAPI document of the protected API lies: a file beside this module, in every build of it. */
export const API_DOCUMENT_FILE = fileURLToPath(new URL('./openapi.yaml', import.meta.url))
