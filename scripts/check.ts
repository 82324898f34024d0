/** Types, format, import table: what must hold before a commit, without running the product. */
const steps: readonly (readonly [string, readonly string[]])[] = [
  ['types', ['node_modules/.bin/tsc', '-p', '.']],
  ['types in a browser', ['node_modules/.bin/tsc', '-p', 'src/browser']],
  ['format', [process.execPath, 'fmt', '--check', 'src', 'test', 'migrations', 'scripts']],
  ['import table', [process.execPath, 'test', './test/architecture.test.ts']],
]

const broken: string[] = []
for (const [name, command] of steps) {
  const { exitCode } = Bun.spawnSync([...command], { stdout: 'inherit', stderr: 'inherit', cwd: `${import.meta.dir}/..` })
  if (exitCode !== 0) broken.push(name)
}
console.log(broken.length ? `Not in order: ${broken.join(', ')}` : `In order: ${steps.map(([name]) => name).join(', ')}`)
process.exit(broken.length ? 1 : 0)

export {}
