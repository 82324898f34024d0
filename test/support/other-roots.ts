import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate that signs itself, made by openssl, as PEM: an authority's, unless the arguments say otherwise. */
export function rootMadeElsewhere(subject: string, ...more: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'paraphe-root-'))
  try {
    const key = more.includes('-newkey') ? [] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
    const days = more.some((one) => one === '-not_after') ? [] : ['-days', '3650']
    const out = ['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'root.pem')]
    const made = Bun.spawnSync(['openssl', 'req', '-x509', '-utf8', '-nodes', '-subj', subject, ...key, ...days, ...out, ...more])
    if (!made.success) throw new Error(made.stderr.toString())
    return readFileSync(join(directory, 'root.pem'), 'utf8')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
