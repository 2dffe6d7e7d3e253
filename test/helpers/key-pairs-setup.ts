import { afterAll } from 'vitest'
import { giveBackKeyPairs } from './key-pairs.js'

// For every test file.
afterAll(giveBackKeyPairs)
