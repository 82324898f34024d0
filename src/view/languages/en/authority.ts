export const authority = {}
