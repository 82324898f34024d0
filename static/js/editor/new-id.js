let made = 0
/** Known to this window only, until the server has given it a name. */
export const newId = () => `new-${Date.now().toString(36)}-${++made}`

export const boxOf = ({ x, y, width, height }) => ({ x, y, width, height })
