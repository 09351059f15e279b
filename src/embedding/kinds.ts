/** What a text is: models put other words before queries than before documents. */
export type TextKind = 'document' | 'query';
