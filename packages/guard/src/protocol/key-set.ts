/**
 * For no longer than this does an authority let a key set be kept without asking again: its next key
 * signs once no cache can be without it.
 */
export const MAX_KEY_SET_AGE_SECONDS = 300
