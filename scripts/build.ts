// `npm run build`: one binary in `dist/`, for this machine; by `--x64` and `--arm64` for Linux on these. `--out DIR`: elsewhere than in `dist`.
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { engineFor } from './build/engine.ts'
import { stage } from './build/stage.ts'

const ROOT = dirname(import.meta.dir)
/** As Debian and npm call the two kinds of processor. */
const KINDS = ['x64', 'arm64'] as const
export type Kind = (typeof KINDS)[number]

const { values } = parseArgs({
  options: { x64: { type: 'boolean' }, arm64: { type: 'boolean' }, out: { type: 'string', default: join(ROOT, 'dist') } },
})
const DIST = resolve(values.out)
process.chdir(ROOT)
const asked = KINDS.filter((kind) => values[kind])
const kinds: readonly Kind[] = asked.length ? asked : [process.arch === 'arm64' ? 'arm64' : 'x64']

const staged = join(DIST, 'stage')
await stage(staged)
const sums: string[] = []
try {
  for (const kind of kinds) sums.push(await compile(kind))
} finally {
  rmSync(staged, { recursive: true })
}
writeFileSync(join(DIST, 'SHA256SUMS'), sums.join(''))

/** The binary is always called `paraphe`, for its name is in it: two builds of one commit are the same bytes. */
async function compile(kind: Kind): Promise<string> {
  const folder = kind === process.arch ? DIST : join(DIST, `linux-${kind}`)
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'paraphe')
  rmSync(outfile, { force: true })
  const engine = await engineFor(kind)
  const { success, logs } = await Bun.build({
    entrypoints: ['src/main.ts'],
    target: 'bun',
    format: 'esm',
    minify: { whitespace: true, syntax: true, identifiers: true, keepNames: true },
    bytecode: true,
    sourcemap: 'none',
    define: { PARAPHE_COMMIT: JSON.stringify(commit()) },
    throw: false,
    compile: {
      outfile,
      ...(engine ? { target: `bun-linux-${kind}`, executablePath: engine } : {}),
      assets: ['views', 'static', 'node_modules'].map((name) => join(staged, name)),
      // Nothing of the folder that it is started in decides anything.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
    },
  })
  if (!success) throw new AggregateError(logs, 'the binary could not be built')
  chmodSync(outfile, 0o755)
  const bytes = readFileSync(outfile)
  const sum = createHash('sha256').update(bytes).digest('hex')
  const name = relative(DIST, outfile)
  console.log(`${outfile}  ${Math.ceil(bytes.length / 1_000_000)} MB  ${sum}`)
  return `${sum}  ${name}\n`
}

/** Empty where there is no git, as in an archive of the sources; `+` where something is not in the commit. */
function commit(): string {
  const git = (...args: string[]): string => {
    const { stdout, success } = Bun.spawnSync(['git', ...args], { stderr: 'ignore' })
    return success ? stdout.toString().trim() : ''
  }
  const head = git('rev-parse', '--short=12', 'HEAD')
  return head && git('status', '--porcelain', '--untracked-files=no') ? `${head}+` : head
}
