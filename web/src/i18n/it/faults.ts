import { ofChannels } from './faults-channels'
import { ofPeople } from './faults-people'
import { ofTwin } from './faults-twin'
import { ofPromises } from './faults-promises'
import { ofWork } from './faults-work'

/**
 * What the server says is wrong with a field, in Italian; the server itself speaks English. `{}` stands for what
 * differs from case to case (a number, a name), in the same order on both sides. A test finds each of the server's
 * sentences here. Loaded with the refusals.
 */
export const faults: Record<string, string> = {
  ...ofPeople,
  ...ofWork,
  ...ofTwin,
  ...ofChannels,
  ...ofPromises,
}
