/** Names that a field with the title of a document goes by. */
export const TITLE_NAMES = ['title', 'name', 'headline', 'subject'];
