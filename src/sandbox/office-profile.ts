import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const item = (path: string, name: string, value: string): string =>
  `<item oor:path="/org.openoffice.Office.${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`

/** Nothing that a document asks for is run or fetched: macros, links to files and addresses, objects that act. */
const SETTINGS = [
  item('Common/Security/Scripting', 'MacroSecurityLevel', '3'),
  item('Common/Security/Scripting', 'DisableMacrosExecution', 'true'),
  item('Common/Security/Scripting', 'DisableActiveContent', 'true'),
  item('Common/Security/Scripting', 'BlockUntrustedRefererLinks', 'true'),
  item('Common/Security/Scripting', 'DisablePythonRuntime', 'true'),
  item('Writer/Content/Update', 'Link', '2'),
  item('Writer/Content/Update', 'Field', 'false'),
  item('Common/Save/URL', 'Internet', 'false'),
  item('Common/Misc', 'FirstRun', 'false'),
]

/** A profile of its own for one conversion, in `folder`. Answers its name in there. */
export function writeProfile(folder: string): string {
  mkdirSync(join(folder, 'profile/user'), { recursive: true, mode: 0o700 })
  writeFileSync(
    join(folder, 'profile/user/registrymodifications.xcu'),
    `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${SETTINGS.join('')}</oor:items>
`,
  )
  return 'profile'
}
