import { base64url, equalBytes, utf8 } from '../base/bytes.ts'
import type { SecretKey } from '../config/secret-key.ts'

/**
 * Opens the set-up, and nothing once that is done. It comes from the key outside the database, so the address that the first start
 * printed still works after a restart, and whoever can read it owns the machine anyway.
 */
export const setupSecret = (secretKey: SecretKey): string => base64url(secretKey.authenticate('setup')).slice(0, 32)

export const setupAddress = (origin: string, secretKey: SecretKey): string => `${origin}/setup?secret=${setupSecret(secretKey)}`

export const isSetupSecret = (secretKey: SecretKey, shown: string): boolean => equalBytes(utf8(shown), utf8(setupSecret(secretKey)))
