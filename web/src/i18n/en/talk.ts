import { pluralEn as n } from '../plural'

const list = new Intl.ListFormat('en', { type: 'conjunction' })

export const talk = {
  nothing: (count: number) =>
    count === 0
      ? 'Nobody waits for an answer from you'
      : n(count, '# customer waits for your answer', '# customers wait for your answer'),
  openFirst: 'opens the first',
  findAll: 'finds everything',
  failed: 'I cannot open the conversation',
  noSubject: 'No subject',
  number: (value: number) => `no. ${value}`,
  more: 'More actions',
  region: 'Open conversation',
  messages: 'Messages of the conversation',
  newMessages: 'New messages',
  toEnd: 'Go to the end',
  loadingOlder: 'Loading earlier messages',
  unowned: 'In the queue, nobody’s',
  ownedBy: (name: string) => `Owned by ${name}`,
  ownedByBot: (name: string) => `Owned by ${name}, automatic`,
  mergedInto: 'Merged into another conversation: open it',
  snoozedUntil: (until: string) => `Comes back ${until}`,
  linked: 'Linked conversation',
  typing: (name: string) => `${name} is writing`,
}

export const message = {
  actions: 'Actions on the message',
  by: {
    customer: 'the customer writes',
    agent: 'a colleague writes',
    bot: 'an automatic assistant writes',
    system: 'the system writes',
  },
  byBot: 'From the automatic assistant',
  note: 'Internal note',
  deleted: 'Message deleted',
  edited: 'edited',
  copy: 'Copy the text',
  copied: 'Copied',
  splitFrom: 'Split the conversation from here…',
  raw: 'See the original',
  dropNote: 'Delete the note',
  takeBack: 'Take the message back',
  dropped: 'Deleted',
  asText: 'See the text only',
  asHtml: 'See it as it came',
  mailOf: (name: string) => `E-mail from ${name}`,
  picturesBlocked: 'Remote pictures blocked: they would tell the sender that you read this.',
  showPictures: 'Show',
  showQuote: 'Show quote and signature',
  foldQuote: 'Hide quote and signature',
  openPicture: (name: string) => `Open the picture ${name}`,
  infected: 'contains a virus: blocked',
  scanning: 'being checked',
}

export const sending = {
  held: (seconds: number) => `Leaves in ${seconds} s`,
  now: 'Send now',
  sending: 'On its way',
  waiting: 'Leaves as soon as the network is back',
  failed: 'It was not sent.',
  notOwner: 'It was not sent: meanwhile somebody else owns the conversation.',
  anyway: 'Send anyway',
  edit: 'Edit',
}

export const present = {
  writesReply: (name: string) => `${name} is writing`,
  writesNote: (name: string) => `${name} writes a note`,
  looking: (names: string[]) =>
    n(names.length, `${list.format(names)} is looking`, `${list.format(names)} are looking`),
}

export const guard = {
  closed: {
    merged: 'It was merged into another conversation: write there.',
    permission: 'Your role reads but does not answer.',
    channel: 'This channel is no longer connected.',
    owner: 'Somebody else owns it.',
  },
  bot: (name: string) => `${name}, the automatic assistant, is answering. When you write, it stops.`,
  takeFromBot: 'Answer yourself',
  owned: (name: string) => `${name} owns it. If you reply, it becomes yours.`,
  writeAnyway: 'Answer yourself',
  writing: (name: string) => `${name} is writing a reply right now.`,
  writeToo: 'Write anyway',
}

export const compose = {
  heading: 'Write',
  reply: (channel: string) => `Reply, ${channel}`,
  note: 'Internal note',
  replyLabel: 'Text of the reply',
  noteLabel: 'Text of the note, only colleagues see it',
  replyPlaceholder: 'Write to the customer. ; finds canned replies',
  notePlaceholder: 'Write to your colleagues. @ calls one; the customer does not see it',
  canned: 'Canned replies',
  noCanned: 'No canned reply with these letters',
  mention: 'Mention a colleague',
  nobody: 'Nobody of this name',
  attach: 'Attach a file',
  fileType: 'this channel does not take files of this kind',
  fileSize: (most: string) => `too large: at most ${most}`,
  fileCount: (most: number) => n(most, 'at most # file a message', 'at most # files a message'),
  left: (count: number) =>
    count >= 0
      ? n(count, '# character left', '# characters left')
      : n(-count, '# character too many', '# characters too many'),
  missing: (names: string) => `To be filled in by hand: ${names}`,
  removeFile: (name: string) => `Remove ${name}`,
  uploading: (name: string) => `Uploading ${name}`,
  send: 'Send',
  addNote: 'Add note',
  sendMore: 'Other ways to send',
  sendResolve: 'Send and resolve',
  sendOpen: 'Send and keep to answer',
  saving: 'Saving the draft…',
  savedHere: 'Draft saved on this computer',
  savedAt: (at: string) => `Draft saved ${at}`,
}
