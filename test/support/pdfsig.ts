import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { $ } from 'bun'

export interface JudgedByPdfsig {
  readonly field: string
  readonly ranges: string
  readonly validation: string
  readonly trust: string
}

/** What poppler says of each signature of a file, in the file's order. `roots` are PEM, and trusted. */
export async function pdfsig(pdf: Uint8Array, roots: readonly string[] = []): Promise<JudgedByPdfsig[]> {
  const folder = await mkdtemp(join(tmpdir(), 'paraphe-pdfsig-'))
  try {
    await writeFile(join(folder, 'file.pdf'), pdf)
    await $`certutil -N -d sql:${folder} --empty-password`.quiet()
    for (const [at, root] of roots.entries()) {
      await writeFile(join(folder, `${at}.pem`), root)
      await $`certutil -A -d sql:${folder} -n root${at} -t CT,CT,CT -i ${join(folder, `${at}.pem`)}`.quiet()
    }
    const told = await $`pdfsig -no-ocsp -nssdir ${folder} ${join(folder, 'file.pdf')}`.nothrow().quiet().text()
    return told
      .split(/^Signature #\d+:/m)
      .slice(1)
      .map((block) => {
        const said = (label: string): string => new RegExp(`- ${label}: (.*)`).exec(block)?.[1]?.trim() ?? ''
        return {
          field: said('Signature Field Name'),
          ranges: said('Signed Ranges'),
          validation: said('Signature Validation'),
          trust: said('Certificate Validation'),
        }
      })
      .filter(({ ranges }) => ranges)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
