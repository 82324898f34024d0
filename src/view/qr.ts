import { renderSVG } from 'uqr'

/** A QR code as the address of a picture: black on white with its quiet zone, whatever the page around it looks like. */
export const qrPicture = (text: string): string => `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { ecc: 'M', border: 4 }))}`
