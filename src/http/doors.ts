/** The listener by which a request came. */
export type Door = 'house' | 'public' | 'watching'

/** What recipients and verification need; the public listener answers to nothing else. */
const PUBLIC = /^\/(?:(?:s|verify|pki|static|logo)(?:\/|$)|(?:language|healthz|readyz|appearance\.css|favicon\.ico)$)/
export const isPublic = (path: string): boolean => PUBLIC.test(path)
