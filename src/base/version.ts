import { version } from '../../package.json'

export const VERSION: string = version

/** Put in by the build; nothing in a checkout. */
declare const PARAPHE_COMMIT: string | undefined

/** The commit that the binary was built from, with `+` where something was changed beside it; empty in a checkout. */
export const COMMIT: string = typeof PARAPHE_COMMIT === 'undefined' ? '' : PARAPHE_COMMIT
