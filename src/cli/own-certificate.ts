import { keepServerCertificate, readShown } from '../authority/kept-server-certificate.ts'
import { Refusal } from '../base/refusal.ts'
import type { TlsFiles } from '../config/config.ts'
import type { House } from '../house.ts'
import { log } from '../log/lines.ts'
import { fingerprintOf } from '../pki/certificate.ts'

/** How soon the certificate of the authority stands in the place of the provisional one, after the set-up or the unlocking. */
const ROUND = 10_000

export interface Keeping {
  /** A round now, beside the regular ones. */
  look(): void
  end(): void
}

/**
 * Keeps the server's own certificate in its files: once now, and then in rounds, each node for itself. `changed` is told after each round. What hinders
 * it is logged once; what is shown stays.
 */
export async function keepOwnCertificate(house: House, files: TlsFiles, changed: () => void): Promise<Keeping> {
  let told = ''
  const tell = (name: string, level: 'warn' | 'error', facts: Readonly<Record<string, string>>): void => {
    const now = JSON.stringify([name, facts])
    if (now !== told) log(level, name, facts)
    told = now
  }
  const round = async (): Promise<void> => {
    try {
      const kept = await keepServerCertificate(house, files, house.clock())
      const shown = readShown(files)
      // Whoever sets the house up can compare what the browser shows.
      if (kept === 'provisional' && shown) tell('tls.provisional', 'warn', { sha256: await fingerprintOf(shown.der) })
      else told = ''
    } catch (error) {
      tell('tls.not-kept', 'error', { reason: error instanceof Refusal ? error.reason : String(error) })
    }
  }
  await round()
  let under: Promise<void> | null = null
  const look = (): void => {
    under ??= round()
      .then(changed)
      .finally(() => (under = null))
  }
  const timer = setInterval(look, ROUND)
  return { look, end: () => clearInterval(timer) }
}
