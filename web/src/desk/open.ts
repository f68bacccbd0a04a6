/** What stands beside the list once a conversation is open: one chunk, fetched after the list. */
export { default as CustomerPanel } from '../parts/customer/CustomerPanel.svelte'
export { default as Talk } from './talk/Talk.svelte'
