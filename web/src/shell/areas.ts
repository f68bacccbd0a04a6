import type { Component } from 'svelte'

type Loader = () => Promise<{ default: Component }>

const found = import.meta.glob<{ default: Component }>(
  '../{admin,floor,twin,customers,knowledge}/Area.svelte',
)

/** The lazily loaded areas that this build has, by the first part of their address. */
export const areas: ReadonlyMap<string, Loader> = new Map(
  Object.entries(found).map(([file, load]) => [file.split('/')[1] ?? '', load]),
)
