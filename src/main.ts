// Before everything: libraries of certificates need it when they are loaded, and in the binary the order of imports further down does not hold.
import 'reflect-metadata'
import type { Command } from './cli/command.ts'

interface Entry {
  readonly usage: string
  readonly does: string
  /** Loaded when it is called, so that a small command does not carry the whole house. */
  readonly load: () => Promise<Command>
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: { usage: 'serve', does: 'the server', load: () => import('./cli/serve.ts') },
  demo: {
    usage: 'demo --out DIR [--language en|fr]',
    does: 'a throw-away installation: one contract sent, signed by two, sealed',
    load: () => import('./cli/demo.ts'),
  },
  verify: {
    usage: 'verify FILE [--trust root.pem]… [--json] [--report report.pdf]',
    does: 'the verification report, offline',
    load: () => import('./cli/verify.ts'),
  },
  seal: {
    usage: 'seal FILE… --out DIR [--owner ADDRESS] [--data DIR] [--json]',
    does: 'the company’s seal on finished PDFs, in number: B-LTA, in the vault, known to the verification page',
    load: () => import('./cli/seal.ts'),
  },
  selftest: {
    usage: 'selftest [--json]',
    does: 'every library that the program holds, at work',
    load: () => import('./cli/selftest.ts'),
  },
  healthcheck: {
    usage: 'healthcheck [--ready]',
    does: 'asks the running server how it is',
    load: () => import('./cli/healthcheck.ts'),
  },
  doctor: { usage: 'doctor [--json]', does: 'every self-check', load: () => import('./cli/doctor.ts') },
  config: { usage: 'config show [--json]', does: 'each setting and where it comes from', load: () => import('./cli/config.ts') },
  audit: {
    usage: 'audit verify | export --out DIR | consistency OLD NEW | continue --reason TEXT',
    does: 'the audit log: recomputed, taken out, compared, continued after a break',
    load: () => import('./cli/audit.ts'),
  },
  vault: {
    usage: 'vault verify [--json]',
    does: 'every stored file re-hashed, every sealed one re-verified',
    load: () => import('./cli/vault.ts'),
  },
  backup: {
    usage: 'backup DIR | verify DIR | list DIR | passphrase',
    does: 'an encrypted backup while the server runs · checked · listed · the recovery passphrase',
    load: () => import('./cli/backup.ts'),
  },
  restore: {
    usage: 'restore DIR --to DATA | --drill [--backup ID]',
    does: 'a backup into an empty folder, everything verified · for trial, and judged',
    load: () => import('./cli/restore.ts'),
  },
  move: {
    usage: 'move --vault s3 | --vault database | --to postgres://… | --to-file FILE',
    does: 'stored files carried into the bucket or back · the installation carried to PostgreSQL, all of it compared',
    load: () => import('./cli/move.ts'),
  },
  migrate: {
    usage: 'migrate [--dry-run] | --back NAME',
    does: 'the database brought to this version, a copy kept · the way back',
    load: () => import('./cli/migrate.ts'),
  },
  user: { usage: 'user add | list | disable | enable | password', does: 'people who may sign in', load: () => import('./cli/user.ts') },
  authority: {
    usage: 'authority verifier --out FILE | server-certificate --host NAME --out DIR | recover',
    does: 'a verifier in one HTML file · key and certificate for a server · the keys, by the recovery secret',
    load: () => import('./cli/authority.ts'),
  },
  bench: {
    usage: 'bench [--json] [--only NAME]',
    does: 'speed, as ratios to the limit of this machine',
    load: () => import('./cli/bench.ts'),
  },
  version: { usage: 'version', does: 'the version', load: () => import('./cli/version.ts') },
}

/** Started by the server itself, for one stranger's file. */
const CHILD = 'sandbox'
/** And for one backup, beside it. */
const BACKUP_CHILD = 'backup-apart'

const help = (): string => {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length))
  return ['paraphe COMMAND', '', ...Object.values(COMMANDS).map(({ usage, does }) => `  ${usage.padEnd(width)}  ${does}`), ''].join('\n')
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === BACKUP_CHILD) return (await import('./cli/backup-apart.ts')).run()
  if (name === CHILD) return (await import('./sandbox/child.ts')).run(args)
  if (['', 'help', '--help', '-h'].includes(name)) {
    console.log(help())
    return name === '' ? 1 : 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    console.error(`There is no command "${name}".\n\n${help()}`)
    return 1
  }
  if (args.includes('--help')) {
    console.log(`paraphe ${command.usage}\n  ${command.does}`)
    return 0
  }
  // kill -9 at a named place: a test's way to see that nothing acknowledged is lost.
  const failpoint = process.env['PARAPHE_FAILPOINT']
  if (failpoint) (await import('./base/failpoint.ts')).armFailpoint(failpoint, () => process.kill(process.pid, 'SIGKILL'))
  try {
    return await (await command.load()).run(args, process.env)
  } catch (error) {
    // What a person at the keyboard can put right is told in one line; anything else with its stack.
    if (
      error instanceof Error &&
      ['UsageError', 'ConfigError', 'NewerDatabase', 'DamagedBackup', 'UnfitDatabase', 'NotCarried', 'Refusal'].includes(error.name)
    )
      console.error(`paraphe ${name}: ${await messageOf(error)}`)
    else console.error(error)
    return 1
  }
}

async function messageOf(error: Error): Promise<string> {
  if (error.name !== 'Refusal') return error.message
  const { fill, words } = await import('./view/words.ts')
  const sentences: Readonly<Record<string, string>> = words('en').refusals
  const { reason, params } = error as import('./base/refusal.ts').Refusal
  return Object.hasOwn(sentences, reason) ? fill(sentences[reason] ?? reason, params) : reason
}

process.exit(await main(process.argv.slice(2)))
