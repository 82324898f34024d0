/** What is known of a setting beside its value. */
export interface Setting {
  /** One line for the table of README.md. */
  readonly does: string
  /** Its value where nobody says one; absent: none, or one that depends on others. */
  readonly otherwise?: string
  /**
   * `list`: values separated by commas, or a list in the settings file; `file`: its value is the path of a file, which `…_FILE` and a credential name too;
   * otherwise text.
   */
  readonly kind?: 'list' | 'file'
  /** `all`: never shown; `password`: a web address of which the password is not shown; `file`: what stands in the file that it names. */
  readonly secret?: 'all' | 'password' | 'file'
  /** Said as `…_FILE`, as a credential and as `…_file` alone: every process of the machine can read the environment of another. */
  readonly isFileOnly?: true
}

/**
 * Everything that is decided outside the console, once for every source of it. `PARAPHE_SMTP_PASSWORD` is also `PARAPHE_SMTP_PASSWORD_FILE`, the systemd
 * credential `paraphe-smtp-password`, and `smtp_password` in the settings file. README.md holds this table, made by `bun scripts/settings-table.ts`.
 */
export const SETTINGS = {
  PARAPHE_DATA: { otherwise: './data', does: 'the data folder' },
  PARAPHE_CONFIG: {
    does: 'the settings file, TOML or JSON (default `paraphe.toml` or `paraphe.json` in the data folder, where it is there)',
  },
  PARAPHE_LISTEN: { otherwise: '127.0.0.1:8080', does: 'address and port to listen on, or `unix:/path/of/a/socket`' },
  PARAPHE_URL: {
    does: 'the address that staff type, such as `https://sign.example.com`, or `https://intranet.example.com/sign` to stand below a path',
  },
  PARAPHE_PUBLIC_LISTEN: { does: 'a second address and port, or socket, that serves recipients and verification alone' },
  PARAPHE_PUBLIC_URL: { does: 'the address that recipients see (default `PARAPHE_URL`)' },
  PARAPHE_TRUSTED_PROXIES: {
    kind: 'list',
    does: 'addresses and networks (`10.0.0.0/8`) of reverse proxies whose headers about the client count, separated by commas; whoever connects by a unix socket is one',
  },
  PARAPHE_PROXY_HEADERS: {
    otherwise: 'x-forwarded',
    does: 'which headers the proxies write: `x-forwarded` (`X-Forwarded-For`, `-Host`, `-Proto`) or `forwarded` (RFC 7239); the others are not looked at',
  },
  PARAPHE_TLS_CERTIFICATE: {
    kind: 'file',
    does: 'a file with the server’s own certificate and those between it and its root (PEM): both listeners then speak TLS. It may be replaced while the server runs. Or `authority`: the house’s own authority issues it for the hosts of `PARAPHE_URL` and `PARAPHE_PUBLIC_URL` and renews it by itself (see below)',
  },
  PARAPHE_TLS_KEY: {
    kind: 'file',
    secret: 'file',
    does: 'a file with the private key of `PARAPHE_TLS_CERTIFICATE` (PEM, without a passphrase); none with `authority`',
  },
  PARAPHE_REDIRECT_LISTEN: {
    does: 'with TLS, an address and port where whoever comes without it is led to the address with it, such as `0.0.0.0:80`',
  },
  PARAPHE_SMTP: {
    does: 'the mail server, in place of the console’s: `smtps://host:465` (TLS), `smtp://user@host:587` (STARTTLS) or `smtp-plain://host:25` (not encrypted)',
  },
  PARAPHE_SMTP_PASSWORD: { secret: 'all', does: 'the password of the user in `PARAPHE_SMTP`' },
  PARAPHE_SMTP_CA: { kind: 'file', does: 'a file with the certificates (PEM) of the authority that the mail server’s certificate is from' },
  PARAPHE_MAIL_FROM: { does: 'the sender of messages where `PARAPHE_SMTP` is given: `Acme <sign@acme.example>`' },
  PARAPHE_LOG: { otherwise: 'json', does: 'one line of `json` or of `text` for each thing that happens, on standard output' },
  PARAPHE_LOG_LEVEL: { otherwise: 'info', does: 'the least that is written: `debug`, `info`, `warn` or `error`' },
  PARAPHE_METRICS_LISTEN: {
    does: 'an address and a port of their own for `/metrics`, `/healthz` and `/readyz`; beyond this machine only with a token',
  },
  PARAPHE_METRICS_TOKEN: {
    secret: 'all',
    does: 'who sends it as `Authorization: Bearer …` may read `/metrics` and the details of `/readyz`; at least 20 characters',
  },
  PARAPHE_DATABASE_URL: {
    secret: 'password',
    does: '`postgres://user:password@host/database`: PostgreSQL 15 or later in place of the file of data, for one node or several',
  },
  PARAPHE_VAULT_URL: {
    does: 'a bucket of S3 in which stored files are kept, in place of the database: `s3://bucket/prefix?endpoint=https://s3.example.com&region=eu-west-3`',
  },
  PARAPHE_VAULT_KEY_ID: { does: 'who the server is for `PARAPHE_VAULT_URL`: the id of its key' },
  PARAPHE_VAULT_SECRET: { secret: 'all', does: 'the secret of that key' },
  PARAPHE_AUDIT_CHECKPOINT: {
    does: 'the file that keeps the newest checkpoint of the audit log (default `audit-checkpoint.db` in the data folder; best on another volume)',
  },
  PARAPHE_PASSPHRASE: {
    kind: 'file',
    isFileOnly: true,
    does: 'a file that holds the passphrase of the authority’s keys, where a passphrase protects them; or the systemd credential `paraphe-passphrase` (`LoadCredentialEncrypted=`)',
  },
  PARAPHE_LIBREOFFICE: {
    does: 'the path of LibreOffice’s `soffice`, which turns Word, OpenDocument and RTF files into PDF; `none`: not used (default: found by itself)',
  },
  PARAPHE_WEBHOOK_HOSTS: {
    kind: 'list',
    does: 'hosts of your own network that rules of the board may call, also without encryption, separated by commas; by default none',
  },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingName = keyof typeof SETTINGS

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

export const settingOf = (name: SettingName): Setting => SETTINGS[name]

/** Its name in the environment and in the README: the passphrase is never given by its text. */
export const shownName = (name: SettingName): string => (settingOf(name).isFileOnly ? `${name}_FILE` : name)

/** `PARAPHE_SMTP_PASSWORD` → `smtp_password`, in the settings file. */
export const keyOf = (name: SettingName): string => name.slice('PARAPHE_'.length).toLowerCase()

/** `PARAPHE_SMTP_PASSWORD` → `paraphe-smtp-password`, in `$CREDENTIALS_DIRECTORY` (systemd.exec(5)). */
export const credentialOf = (name: SettingName): string => name.toLowerCase().replaceAll('_', '-')

/** The rows of README.md's table. */
export const settingsTable = (): string =>
  SETTING_NAMES.map((name) => {
    const { does, otherwise } = settingOf(name)
    return `| \`${shownName(name)}\` | ${does}${otherwise ? ` (default \`${otherwise}\`)` : ''} |`
  }).join('\n')
