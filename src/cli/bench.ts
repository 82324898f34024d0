import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { append, appendMemory, measureMemory } from './bench/append.ts'
import type { Figure } from './bench/figure.ts'
import { type Installation, openInstallation } from './bench/installation.ts'
import { openVaults, vaultPages, vaultSearches, type Vaults } from './bench/million.ts'
import { signingPage, vaultPage } from './bench/pages.ts'
import { prepareTenPages } from './bench/prepare.ts'
import { commit, signOneMegabyte } from './bench/signature.ts'
import { startPage } from './bench/start-page.ts'
import { verifyOneMegabyte } from './bench/verify.ts'
import { type Command, UsageError } from './command.ts'

interface Bench {
  readonly folder: string
  /** Opened by the first figure that asks for it. */
  readonly installation: () => Promise<Installation>
  /** A million rows, made by the first figure that asks for them. */
  readonly vaults: () => Promise<Vaults>
}

const FIGURES: Readonly<Record<string, (bench: Bench) => Promise<Figure>>> = {
  'append.1MB': ({ folder }) => append(folder, 1),
  'append.10MB': ({ folder }) => append(folder, 10),
  'append.100MB': ({ folder }) => append(folder, 100),
  'append.100MB.memory': ({ folder }) => appendMemory(folder),
  'prepare.10pages': () => prepareTenPages(),
  'sign.1MB': async ({ folder, installation }) => signOneMegabyte(await installation(), folder),
  'verify.1MB': async ({ installation }) => verifyOneMegabyte(await installation()),
  commit: async ({ installation }) => commit(await installation()),
  'page.sign': async ({ installation }) => signingPage(await installation()),
  'page.vault': async ({ installation }) => vaultPage(await installation()),
  'vault.page.1e6': async ({ vaults }) => vaultPages(await vaults()),
  'start.page.1e5': ({ folder }) => startPage(folder),
  'vault.search.1e6': async ({ vaults }) => vaultSearches(await vaults()),
}

/** Each figure beside its limit, measured in turns in one run: these machines are noisy, so the best of many of each counts. */
export const run: Command['run'] = async (args) => {
  const { json, only, child } = parsed(args)
  if (child) {
    console.log(await measureMemory(child))
    return 0
  }
  const folder = mkdtempSync(join(tmpdir(), 'paraphe-bench-'))
  let opened: Promise<Installation> | undefined
  let made: Promise<Vaults> | undefined
  try {
    for (const name of namesUnder(only))
      report(
        await FIGURES[name]!({
          folder,
          installation: () => (opened ??= openInstallation(folder)),
          vaults: () => (made ??= openVaults(folder)),
        }),
        json,
      )
    return 0
  } finally {
    await opened?.then(({ close }) => close())
    await made?.then(({ many, few }) => Promise.all([many.destroy(), few.destroy()]))
    rmSync(folder, { recursive: true, force: true })
  }
}

function parsed(args: readonly string[]): { json: boolean; only: string | undefined; child: string | undefined } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, only: { type: 'string' }, 'memory-in': { type: 'string' } },
    })
    return { json: values.json ?? false, only: values.only, child: values['memory-in'] }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** `append` means every figure of that name. */
function namesUnder(only: string | undefined): string[] {
  const all = Object.keys(FIGURES)
  const found = only === undefined ? all : all.filter((name) => name === only || name.startsWith(`${only}.`))
  if (!found.length) throw new UsageError(`--only is one of ${all.join(', ')}`)
  return found
}

const report = ({ over, ...figure }: Figure, json: boolean): void => {
  const { name, value, unit, limit, ratio } = figure
  console.log(
    json
      ? JSON.stringify(figure)
      : `${name.padEnd(20)} ${shown(value).padStart(8)} ${unit.padEnd(5)}  limit ${shown(limit).padStart(8)}  ratio ${ratio.toFixed(2).padStart(6)}  ${over}`,
  )
}

const shown = (value: number): string => value.toFixed(value < 1_000 ? 2 : 0)
