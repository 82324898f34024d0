import { base64 } from '../base/bytes.ts'
import type { Instant } from '../base/instant.ts'
import { Refusal } from '../base/refusal.ts'
import { VERSION } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import type { Db } from '../db/open.ts'
import { fingerprintOf, readCertificate } from '../pki/certificate.ts'
import { listLegalEntities } from '../setting/legal-entity.ts'
import { originsOf } from '../setting/origins.ts'
import { readSetting } from '../setting/setting.ts'
import { verifierScript } from '../view/bundle.ts'
import { singleFile } from '../view/single-file.ts'
import { LANGUAGES, words } from '../view/words.ts'
import type { Carried } from './carried.ts'
import { newestLists } from './lists.ts'
import { trustOf } from './uploaded.ts'

/** One HTML file that verifies what this house sealed, by the house's own code, with no network and no server. Refused where there is no authority yet. */
export async function verifierFile(tools: { readonly db: Db; readonly config: Config }, at: Instant): Promise<string> {
  const carried = await carriedBy(tools, at)
  if (!carried.roots.length) throw new Refusal('conflict', 'authority.missing')
  const apology = LANGUAGES.map((language) => `<p lang="${language}">${words(language).proof.alone.noScript}</p>`).join('')
  return singleFile({
    title: `${words('en').verify.title} · ${carried.companies[0] ?? ''}`,
    body: `<div data-alone><noscript><main class="quiet__main">${apology}</main></noscript></div>`,
    script: await verifierScript(),
    carried: JSON.stringify(carried),
  })
}

async function carriedBy({ db, config }: { readonly db: Db; readonly config: Config }, at: Instant): Promise<Carried> {
  const trust = await trustOf(db)
  const roots = []
  for (const der of trust.roots) {
    const { subject, notAfter } = readCertificate(der)
    roots.push({ name: subject.commonName, fingerprint: await fingerprintOf(der), notAfter, der: base64(der) })
  }
  return {
    version: VERSION,
    madeAt: at,
    companies: (await listLegalEntities(db)).map(({ legalName }) => legalName),
    verifyUrl: `${originsOf(config, await readSetting(db, 'installation')).public}/verify`,
    roots,
    otherRoots: trust.otherRoots.map(base64),
    timeStampRoots: trust.timeStampRoots.map(base64),
    lists: (await newestLists(db)).map((list) => ({ ...list, der: base64(list.der) })),
  }
}
