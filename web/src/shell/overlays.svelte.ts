/** What lies over the screen: at most one of each. */
class Overlays {
  /** The command bar. */
  bar = $state(false)
  /** The list of keys. */
  help = $state(false)
  /** Asking for help. */
  hand = $state(false)
  /** One's own day. */
  day = $state(false)
}

export const overlays = new Overlays()
