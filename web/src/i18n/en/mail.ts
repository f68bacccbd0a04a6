export const mail = {
  from: 'From',
  to: 'To',
  cc: 'Cc',
  bcc: 'Bcc',
  subject: 'Subject',
  toLine: (names: string) => `to ${names}`,
  more: 'Cc, Bcc, subject',
  bad: (what: string) => `Not an address: ${what}`,
}

export const auto = {
  'auto-reply': 'automatic reply',
  'auto-generated': 'sent by a program',
  bounce: 'not delivered',
  'delivery-receipt': 'delivery receipt',
  'read-receipt': 'read receipt',
  'calendar-reply': 'answer to an invitation',
  list: 'mailing list',
  bulk: 'bulk mail',
  'pec-receipt': 'PEC receipt',
  'abuse-report': 'abuse report',
}

/** What a message is or holds, beside its text. */
export const flags = {
  pec: 'PEC',
  forwarded: 'forwarded',
  urgent: 'urgent',
  calendar: 'calendar invitation',
  'receipt-asked': 'asks for a read receipt',
  incomplete: 'read only in part',
  'smime-signed': 'signed (S/MIME)',
  'smime-encrypted': 'encrypted (S/MIME)',
  'pgp-signed': 'signed (PGP)',
  'pgp-encrypted': 'encrypted (PGP)',
  tnef: 'Outlook attachments (winmail.dat)',
  unsupported: 'content that the channel does not show',
}

export const leftOut = (name: string) => `not kept: ${name}`

export const delivery = {
  received: 'Received',
  queued: 'On its way',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'It did not arrive.',
}

/** Empty: the server's own words are English. */
export const undelivered: Record<string, { what: string; advice: string }> = {}

export const rejected = {
  what: (words: string) => `The recipient’s server refused it: “${words}”.`,
  advice: 'Check the address with the customer, or answer by another channel.',
  byCode: [] as readonly (readonly [string, string])[],
  resend: 'Send it again once the cause is mended.',
}

export const rich = {
  heading: 'Formatting',
  bold: 'Bold',
  italic: 'Italic',
  bullets: 'Bulleted list',
  numbers: 'Numbered list',
  quote: 'Quotation',
  link: 'Link',
  address: 'Address of the link',
  put: 'Apply',
  noAddress: 'That is not an address: write for example https://example.com',
}
