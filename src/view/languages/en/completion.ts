export const completion = {}
