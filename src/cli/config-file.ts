/** Read where the command runs, unless --config or --no-config says otherwise. */
export const CONFIG_FILE = 'shortlist.config.json';
