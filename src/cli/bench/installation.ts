import { join } from 'node:path'
import { ADMINISTRATOR, SIGNATORY, STAMP_USER } from '../../access/rights.ts'
import type { User } from '../../access/roles.ts'
import { addUser } from '../../access/users.ts'
import { systemAct } from '../../audit/act.ts'
import { createAuthority } from '../../authority/creating.ts'
import { readConfig } from '../../config/config.ts'
import type { House } from '../../house.ts'
import { closeSandbox } from '../../sandbox/run.ts'
import { publishDisclosure } from '../../setting/disclosure.ts'
import { addLegalEntity, NO_DETAILS } from '../../setting/legal-entity.ts'
import { DEFAULTS, writeSetting } from '../../setting/setting.ts'
import { LANGUAGES, words } from '../../view/words.ts'
import { freePort } from '../free-port.ts'
import { openHouse } from '../open-house.ts'

export interface Installation {
  readonly house: House
  readonly origin: string
  readonly user: User
  close(): Promise<void>
}

const COMPANY = 'North Workshop Ltd'

/** A house on a real file of data, set up, with an authority and one administrator. */
export async function openInstallation(folder: string): Promise<Installation> {
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  const { house, close } = await openHouse(
    readConfig({ PARAPHE_DATA: join(folder, 'data'), PARAPHE_LISTEN: `127.0.0.1:${port}`, PARAPHE_URL: origin }),
  )
  const act = systemAct(house.clock())
  const user = await house.db.transaction().execute(async (tx) => {
    await addLegalEntity(tx, act, {
      legalName: COMPANY,
      country: 'GB',
      address: '1 Quay Street\nBristol',
      details: NO_DETAILS,
      logoDigest: null,
    })
    await writeSetting(tx, act, 'installation', { ...DEFAULTS.installation, timeZone: 'Europe/London', setUpAt: act.at })
    for (const language of LANGUAGES) await publishDisclosure(tx, act, language, words(language).setup.disclosure)
    return addUser(tx, act, {
      email: 'ann.archer@bench.example',
      firstName: 'Ann',
      lastName: 'Archer',
      jobTitle: 'Director',
      phone: null,
      language: 'en',
      roles: [ADMINISTRATOR, SIGNATORY, STAMP_USER],
    })
  })
  await createAuthority(house, act, {
    algorithm: 'ecdsa-p256',
    organization: COMPANY,
    country: 'GB',
    rootName: `${COMPANY} Root CA`,
    issuingName: `${COMPANY} Issuing CA`,
    sealName: COMPANY,
    keyProtection: 'key-file',
    publicOrigin: origin,
  })
  return {
    house,
    origin,
    user,
    async close() {
      closeSandbox()
      await close()
    },
  }
}
