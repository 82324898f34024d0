import { expect, test } from 'bun:test'
import { FILE_PASSWORD, openSealFiles } from '../../../support/seal-files.ts'
import { openTestHouse } from '../../../support/house.ts'

const PATH = '/console/authority/seal'

test.each(['en', 'fr'])(
  'a seal is brought, compared, used and laid down; what is wrong stands beside its field (%s)',
  async (language) => {
    using files = openSealFiles()
    await using test = await openTestHouse({ authority: true, realTime: true })
    const browser = await test.browser()
    await browser.signIn('ann@acme.example')
    browser.cookies.set('lang', language)
    files.issue({ name: 'Sceau <Acme>' })
    const file = new File([files.pkcs12('-legacy')], 'seal.p12')
    const upload = (fields: Record<string, string | File>) => browser.post(PATH, { sealFile: file, filePassword: FILE_PASSWORD, ...fields })
    const first = await browser.get(PATH)
    expect([first.status, (await browser.get('/console/authority')).text.includes(`href="${PATH}"`)]).toEqual([200, true])
    for (const [fields, status, field] of [
      [{ filePassword: 'guess' }, 422, 'filePassword'],
      [{ sealFile: new File(['nothing'], 'seal.p12') }, 422, 'sealFile'],
      [{ sealFile: new File([], '') }, 422, 'sealFile'],
      [{ sealFile: 'text' }, 422, 'sealFile'],
    ] as const) {
      await browser.get(PATH)
      const refused = await upload(fields)
      expect([field, status ? refused.status : refused.status >= 400]).toEqual([field, status || true])
      expect(refused.text).toContain(`id="${field}-error"`)
      expect(refused.text).not.toContain(FILE_PASSWORD)
      expect(refused.text).not.toMatch(/\{\w+\}|undefined|\[object/)
    }
    expect((await browser.get(PATH)).text).not.toContain('/adoption')
    const taken = await upload({ more: new File([], '') })
    expect([taken.status, taken.location]).toEqual([303, PATH])
    const shown = await browser.get(PATH)
    for (const word of ['Sceau &lt;Acme&gt;', 'Company policy', 'RSA 3072', 'Company Root']) expect(shown.text).toContain(word)
    expect(shown.text).not.toMatch(/\{\w+\}|undefined|\[object/)
    const seal = /name="seal" value="(\w+)"/.exec(shown.text)![1]!
    expect((await browser.post(`${PATH}/adoption`, { seal: 'cer_other' })).status).toBe(409)
    expect((await browser.post(`${PATH}/adoption`, { seal })).status).toBe(303)
    expect((await browser.post(`${PATH}/adoption`, { seal })).status).toBe(409)
    for (const page of [
      PATH,
      '/console/authority',
      '/console/authority/certificates',
      '/console/authority/keys',
      '/console/audit',
      '/console/health',
      '/verify',
    ]) {
      const { status, text } = await browser.get(page)
      expect([page, status, /\{\w+\}|undefined|\[object/.test(text)]).toEqual([page, 200, false])
    }
    expect((await browser.get(PATH)).text).toContain('/laying-down')
    expect((await browser.get('/console/authority')).text).toContain('Company policy')
    // What the house would renew is its own.
    expect((await browser.post('/console/authority/renewal', { purpose: 'seal' })).status).toBe(303)
    expect((await browser.get(PATH)).text).toContain('/laying-down')
    expect((await browser.post(`${PATH}/laying-down`, {})).status).toBe(303)
    expect((await browser.post(`${PATH}/laying-down`, {})).status).toBe(409)
    await upload({})
    expect((await browser.post(`${PATH}/discarding`, {})).status).toBe(303)
    expect((await browser.get(PATH)).text).not.toContain('/adoption')
    const bob = await test.browser()
    await bob.signIn('bob@acme.example')
    expect((await bob.get(PATH)).status).toBe(403)
    for (const act of ['', '/adoption', '/discarding', '/laying-down']) expect((await bob.post(`${PATH}${act}`, { seal })).status).toBe(403)
  },
  60_000,
)
