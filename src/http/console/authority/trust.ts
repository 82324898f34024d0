import { overviewOf } from '../../../authority/overview.ts'
import { Refusal } from '../../../base/refusal.ts'
import { originsOf } from '../../../setting/origins.ts'
import { readSetting } from '../../../setting/setting.ts'
import { managesAuthority } from '../../access.ts'
import { createApp } from '../../env.ts'

/** How others come to trust the root: with its own name, file and fingerprint. */
export const consoleTrust = createApp().get('/console/authority/trust', managesAuthority, async (c) => {
  const { house, act } = c.var
  const root = (await overviewOf(house, act.at)).certificates.find(({ purpose }) => purpose === 'root')
  if (!root) throw new Refusal('unavailable', 'authority.missing')
  const { public: origin } = originsOf(house.config, await readSetting(house.db, 'installation'))
  return c.html(
    await c.var.render('console/authority/trust', {
      name: root.commonName,
      fingerprint: root.fingerprint,
      address: `${origin}/pki/root.crt`,
    }),
  )
})
